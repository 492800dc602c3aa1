//! The XML of `JUnit`, which most CI systems show as test results: a suite for each project, a case for each finding.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{CheckReport, Positions};
use crate::diagnostic::Severity;

/// All findings: errors as failures, the rest as cases that pass and say something. A project without findings is one
/// case that passes.
#[must_use]
pub fn junit(reports: &[CheckReport]) -> String {
    let mut whole = Report::new("hookproof");
    for report in reports {
        let positions = Positions::of(report);
        let mut suite = TestSuite::new(&*report.project);
        for found in &report.diagnostics {
            let at = positions.start(found.place);
            let path = report.path_in_repository(positions.path(found.place));
            let text = format!("{path}:{}:{}: {}", at.line, at.column, found.message_with_help());
            let mut case = if found.severity == Severity::Error {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_type(found.rule).set_message(&*found.message).set_description(text);
                TestCase::new(found.rule, status)
            } else {
                let mut case = TestCase::new(found.rule, TestCaseStatus::success());
                case.set_system_out(format!("{}: {text}", found.severity.name()));
                case
            };
            case.set_classname(path.as_str());
            case.extra.insert("file".into(), path.into());
            case.extra.insert("line".into(), at.line.to_string().into());
            suite.add_test_case(case);
        }
        if report.diagnostics.is_empty() {
            suite.add_test_case(TestCase::new("hooks", TestCaseStatus::success()));
        }
        suite.set_system_out(report.closing().join("\n"));
        whole.add_test_suite(suite);
    }
    // It is written to memory, and every text is one.
    whole.to_string().unwrap_or_default()
}
