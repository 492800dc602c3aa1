"""Reads the cases: edits of the project, with what each person meant."""

from dataclasses import dataclass, field
from hashlib import md5
from pathlib import Path

HERE = Path(__file__).resolve().parent
CLASSES = ('fails', 'silent', 'harmless')


@dataclass
class Edit:
    """A text that stands exactly once in a file, and what stands there instead."""

    file: str
    find: str
    replace: str

    def apply(self, project: Path) -> None:
        path = project / self.file
        if not self.find:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.replace + '\n')
            return
        text = path.read_text()
        found = text.count(self.find)
        if found != 1:
            raise ValueError(f'{self.file}: found {found} times: {self.find!r}')
        path.write_text(text.replace(self.find, self.replace))


@dataclass
class Case:
    """One mistake or harmless edit."""

    id: str
    expect: str
    kind: str = ''
    meant: str = ''
    why: str = ''
    edits: list[Edit] = field(default_factory=list)

    def digest(self) -> str:
        """Changes when the case does, so that it is recorded again."""
        return md5(repr((self.expect == 'silent', self.edits)).encode()).hexdigest()[:8]


def parse(text: str) -> list[Case]:
    """The cases of one file; the README describes the form."""
    cases: list[Case] = []
    block: list[str] | None = None
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if block is not None:
            if line != '>>>>':
                block.append(line)
                continue
            case = cases[-1]
            if '====' in block:
                at = block.index('====')
                find, replace = block[:at], block[at + 1:]
            else:
                find, replace = [], block
            case.edits.append(Edit(file, '\n'.join(find), '\n'.join(replace)))
            block = None
        elif line.startswith('<<<< '):
            file, block = line[5:].strip(), []
        elif line.startswith('# '):
            name, _, expect = line[2:].partition(': ')
            cases.append(Case(name.strip(), expect.strip()))
        elif line.strip():
            key, _, value = line.partition(': ')
            if not cases or key not in ('kind', 'meant', 'why'):
                raise ValueError(f'line {number}: {line}')
            setattr(cases[-1], key, value.strip())
    if block is not None:
        raise ValueError('a block has no end')
    return cases


def every_case() -> list[Case]:
    """All cases of all files, checked."""
    cases = [case for path in sorted((HERE / 'cases').glob('*.txt')) for case in parse(path.read_text())]
    seen: set[str] = set()
    for case in cases:
        complaints = [
            case.id in seen and 'is there twice',
            case.expect not in CLASSES and f'expects {case.expect!r}',
            not case.meant and 'does not say what was meant',
            case.expect == 'silent' and not case.why and 'does not say why it is wrong',
            not case.edits and 'edits nothing',
        ]
        for complaint in filter(None, complaints):
            raise ValueError(f'{case.id} {complaint}')
        seen.add(case.id)
    return cases
