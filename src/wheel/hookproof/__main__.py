"""`python -m hookproof`: runs the program that was installed with this package."""

import os
import subprocess
import sys
import sysconfig


def program() -> str:
    """The path of the program; FileNotFoundError says where it was looked for."""
    name = "hookproof" + (sysconfig.get_config_var("EXE") or "")
    user = "nt_user" if os.name == "nt" else "posix_user"
    folders = [
        sysconfig.get_path("scripts"),
        sysconfig.get_path("scripts", scheme=user),
        # `pip install --target DIR` puts it into DIR/bin.
        os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bin"),
    ]
    for folder in folders:
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            return path
    raise FileNotFoundError(f"hookproof is not in {', '.join(folders)}: install the package again")


def main() -> None:
    arguments = [program(), *sys.argv[1:]]
    if os.name == "nt":
        sys.exit(subprocess.run(arguments).returncode)
    os.execv(arguments[0], arguments)


if __name__ == "__main__":
    main()
