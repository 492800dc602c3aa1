//! Scans scalars in each of their styles, keeping the place of every byte.

use super::YamlFault;
use super::scan::Scanner;
use super::written::Written;
use crate::source::Text;

/// The white space between two words of a plain or quoted scalar.
#[derive(Default)]
struct Gap {
    /// Where it starts.
    start: usize,
    /// Where the blanks before the first line break end.
    blanks_end: usize,
    /// A line break was seen.
    broken: bool,
    /// The first line break, as it reads; empty where it was escaped.
    first: &'static str,
    /// The line breaks after it.
    more: String,
}

impl Gap {
    fn at(start: usize) -> Gap {
        Gap { start, blanks_end: start, ..Gap::default() }
    }

    /// Writes what the gap folds to.
    fn fold(&self, out: &mut Written<'_>, end: usize) {
        if !self.broken {
            out.copy(self.start, self.blanks_end);
        } else if self.first != "\n" {
            out.make(&format!("{}{}", self.first, self.more), self.start, end);
        } else if self.more.is_empty() {
            out.make(" ", self.start, end);
        } else {
            out.make(&self.more, self.start, end);
        }
    }
}

impl Scanner<'_> {
    /// A plain scalar, and where it ends.
    pub(super) fn plain_scalar(&mut self) -> Result<(Text, usize), YamlFault> {
        const CONTEXT: &str = "while scanning a plain scalar";
        let mut out = self.writing();
        let indent = self.indent + 1;
        let mut end = self.mark.at;
        let mut gap = Gap::at(end);
        loop {
            if self.at_document_indicator() || self.byte(0) == b'#' {
                break;
            }
            let from = self.mark.at;
            while !self.is_blank_or_end(0) {
                let byte = self.byte(0);
                if self.flow > 0 && byte == b':' && matches!(self.byte(1), b',' | b'?' | b'[' | b']' | b'{' | b'}') {
                    return Err(self.fault(CONTEXT, "found unexpected ':'", self.mark.at));
                }
                if (byte == b':' && self.is_blank_or_end(1))
                    || (self.flow > 0 && matches!(byte, b',' | b'[' | b']' | b'{' | b'}'))
                {
                    break;
                }
                self.skip();
            }
            if self.mark.at > from {
                gap.fold(&mut out, from);
                out.copy(from, self.mark.at);
                end = self.mark.at;
                gap = Gap::at(end);
            }
            if !(self.is_blank() || self.is_break()) {
                break;
            }
            while self.is_blank() || self.is_break() {
                if self.is_break() {
                    self.gap_break(&mut gap);
                } else {
                    if gap.broken && self.column() < indent && self.byte(0) == b'\t' {
                        return Err(self.fault(
                            CONTEXT,
                            "found a tab character that violates indentation",
                            self.mark.at,
                        ));
                    }
                    self.gap_blank(&mut gap);
                }
            }
            if self.flow == 0 && self.column() < indent {
                break;
            }
        }
        if gap.broken {
            self.key_allowed = true;
        }
        Ok((out.text(), end))
    }

    fn gap_blank(&mut self, gap: &mut Gap) {
        self.skip();
        if !gap.broken {
            gap.blanks_end = self.mark.at;
        }
    }

    fn gap_break(&mut self, gap: &mut Gap) {
        let given = self.skip_break();
        if gap.broken {
            gap.more.push_str(given);
        } else {
            gap.broken = true;
            gap.first = given;
        }
    }

    /// A scalar in single or double quotes.
    pub(super) fn quoted_scalar(&mut self, quote: u8) -> Result<Text, YamlFault> {
        const CONTEXT: &str = "while scanning a quoted scalar";
        let opened = self.mark.at;
        let mut out = self.writing();
        self.skip();
        loop {
            if self.at_document_indicator() {
                return Err(self.fault(CONTEXT, "found unexpected document indicator", self.mark.at));
            }
            if self.is_end() {
                return Err(self.fault(CONTEXT, "found unexpected end of stream", opened));
            }
            let mut gap = Gap::at(self.mark.at);
            let mut from = self.mark.at;
            while !self.is_blank_or_end(0) {
                let byte = self.byte(0);
                if byte == quote && quote == b'\'' && self.byte(1) == b'\'' {
                    out.copy(from, self.mark.at);
                    from = self.mark.at + 2;
                    out.make("'", self.mark.at, from);
                    self.skip_many(2);
                } else if byte == quote {
                    break;
                } else if quote == b'"' && byte == b'\\' {
                    out.copy(from, self.mark.at);
                    if self.break_len(self.mark.at + 1) > 0 {
                        gap.start = self.mark.at;
                        self.skip();
                        self.skip_break();
                        gap.broken = true;
                        from = self.mark.at;
                        break;
                    }
                    self.escape(&mut out)?;
                    from = self.mark.at;
                } else {
                    self.skip();
                }
            }
            out.copy(from, self.mark.at);
            if !gap.broken {
                gap = Gap::at(self.mark.at);
            }
            if !gap.broken && self.byte(0) == quote && !self.is_end() {
                break;
            }
            while self.is_blank() || self.is_break() {
                if self.is_break() {
                    self.gap_break(&mut gap);
                } else {
                    self.gap_blank(&mut gap);
                }
            }
            gap.fold(&mut out, self.mark.at);
        }
        self.skip();
        Ok(out.text())
    }

    fn escape(&mut self, out: &mut Written<'_>) -> Result<(), YamlFault> {
        const CONTEXT: &str = "while parsing a quoted scalar";
        let start = self.mark.at;
        let (made, digits) = match self.byte(1) {
            b'0' => ("\0", 0),
            b'a' => ("\u{7}", 0),
            b'b' => ("\u{8}", 0),
            b't' | b'\t' => ("\t", 0),
            b'n' => ("\n", 0),
            b'v' => ("\u{b}", 0),
            b'f' => ("\u{c}", 0),
            b'r' => ("\r", 0),
            b'e' => ("\u{1b}", 0),
            b' ' => (" ", 0),
            b'"' => ("\"", 0),
            b'/' => ("/", 0),
            b'\\' => ("\\", 0),
            b'N' => ("\u{85}", 0),
            b'_' => ("\u{a0}", 0),
            b'L' => ("\u{2028}", 0),
            b'P' => ("\u{2029}", 0),
            b'x' => ("", 2),
            b'u' => ("", 4),
            b'U' => ("", 8),
            _ => return Err(self.fault(CONTEXT, "found unknown escape character", start)),
        };
        self.skip_many(2);
        if digits == 0 {
            out.make(made, start, self.mark.at);
            return Ok(());
        }
        let hex = self.bytes.get(self.mark.at..self.mark.at + digits).unwrap_or_default();
        if hex.is_empty() || !hex.iter().all(u8::is_ascii_hexdigit) {
            return Err(self.fault(CONTEXT, "did not find expected hexdecimal number", self.mark.at));
        }
        let code =
            hex.iter().fold(0u64, |sum, &digit| sum * 16 + u64::from(char::from(digit).to_digit(16).unwrap_or(0)));
        let Some(made) = u32::try_from(code).ok().and_then(char::from_u32) else {
            return Err(self.fault(CONTEXT, "found invalid Unicode character escape code", start));
        };
        self.skip_many(digits);
        out.make(made.encode_utf8(&mut [0; 4]), start, self.mark.at);
        Ok(())
    }

    /// A literal (`|`) or folded (`>`) scalar.
    pub(super) fn block_scalar(&mut self, literal: bool) -> Result<Text, YamlFault> {
        const CONTEXT: &str = "while scanning a block scalar";
        let mut out = self.writing();
        self.skip();
        let (mut keep, mut strip, mut increment) = (false, false, 0i64);
        for _ in 0..2 {
            match self.byte(0) {
                b'+' | b'-' if !keep && !strip => {
                    keep = self.byte(0) == b'+';
                    strip = !keep;
                    self.skip();
                }
                b'0' if increment == 0 => {
                    let problem = "found an indentation indicator equal to 0";
                    return Err(self.fault(CONTEXT, problem, self.mark.at));
                }
                digit @ b'1'..=b'9' if increment == 0 => {
                    increment = i64::from(digit - b'0');
                    self.skip();
                }
                _ => break,
            }
        }
        while self.is_blank() {
            self.skip();
        }
        if self.byte(0) == b'#' {
            while !self.is_end() && !self.is_break() {
                self.skip();
            }
        }
        if !self.is_end() && !self.is_break() {
            return Err(self.fault(CONTEXT, "did not find expected comment or line break", self.mark.at));
        }
        self.skip_break();
        let mut indent = if increment > 0 { self.indent.max(0) + increment } else { 0 };
        // The breaks that stand between the lines: what each reads as, and where it is.
        let mut breaks = self.block_breaks(&mut indent)?;
        let mut leading: Option<(&'static str, usize, usize)> = None;
        let mut leading_blank = false;
        while self.column() == indent && !self.is_end() {
            let trailing_blank = self.is_blank();
            match leading.take() {
                Some(("\n", from, to)) if !literal && !leading_blank && !trailing_blank => {
                    // A line break between two lines of text is a blank; more of them stand for themselves.
                    out.make(if breaks.is_empty() { " " } else { "" }, from, to);
                }
                Some((given, from, to)) => out.make(given, from, to),
                None => {}
            }
            for (given, from, to) in breaks.drain(..) {
                out.make(given, from, to);
            }
            leading_blank = self.is_blank();
            let from = self.mark.at;
            while !self.is_end() && !self.is_break() {
                self.skip();
            }
            out.copy(from, self.mark.at);
            let at = self.mark.at;
            let given = self.skip_break();
            leading = Some((given, at, self.mark.at));
            breaks = self.block_breaks(&mut indent)?;
        }
        if !strip && let Some((given, from, to)) = leading {
            out.make(given, from, to);
        }
        if keep {
            for (given, from, to) in breaks {
                out.make(given, from, to);
            }
        }
        Ok(out.text())
    }

    /// Goes over indentation and empty lines; finds the indentation out where it is still 0.
    fn block_breaks(&mut self, indent: &mut i64) -> Result<Vec<(&'static str, usize, usize)>, YamlFault> {
        let mut breaks = Vec::new();
        let mut deepest = 0;
        loop {
            while (*indent == 0 || self.column() < *indent) && self.byte(0) == b' ' {
                self.skip();
            }
            deepest = deepest.max(self.column());
            if (*indent == 0 || self.column() < *indent) && self.byte(0) == b'\t' {
                return Err(self.fault(
                    "while scanning a block scalar",
                    "found a tab character where an indentation space is expected",
                    self.mark.at,
                ));
            }
            if !self.is_break() {
                break;
            }
            let from = self.mark.at;
            let given = self.skip_break();
            breaks.push((given, from, self.mark.at));
        }
        if *indent == 0 {
            *indent = deepest.max(self.indent + 1).max(1);
        }
        Ok(breaks)
    }
}
