"""Grade a server or a client from the command line, in whatever language it is written.

python3 -m smtplab.lessons.project site [--seed SEED]                  write the site that a server has to serve
python3 -m smtplab.lessons.project 127.0.0.1:2525 [STAGES]             grade a server that runs there and serves it
python3 -m smtplab.lessons.project "./send {host} {port} ..." [STAGES] grade a client
"""

import argparse
import sys
from pathlib import Path

from smtplab.lessons.project import client_grade, server_grade
from smtplab.lessons.project.report import Report
from smtplab.lessons.project.site import site_of, write


def main() -> int:
    """Give the exit status: 0 when all passed, 1 when something did not, 2 when nothing could be graded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", help="site, host:port, or a client's command line")
    parser.add_argument("stages", nargs="?", default="", help='such as "S1 S2"; all when none are named')
    parser.add_argument("--site", default=server_grade.FOLDER, help="the folder with the site")
    parser.add_argument("--seed", default="1", help="whose site to write")
    options = parser.parse_args()
    if options.what == "site":
        write(site_of(options.seed), Path(options.site))
        print(f"{options.site}: site.json says what your server has to serve; it puts each mail into mails/")
        return 0
    try:
        report = _report(options)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    print(report)
    return 1 if report.failed else 0


def _report(options: argparse.Namespace) -> Report:
    if "{host}" in options.what:
        return client_grade.grade_client(options.what, options.stages or client_grade.STAGES, seed=options.seed)
    return server_grade.grade_server(options.what, options.stages or server_grade.STAGES, site=options.site)


if __name__ == "__main__":
    sys.exit(main())
