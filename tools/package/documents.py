#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Man pages, changelog and copyright of the packages, from what there is already:
the programs' --help, the commented configuration, the README's changes, LICENSE.

documents.py BIN_DIR OUTPUT_DIR VERSION
"""
import email.utils
import gzip
import pathlib
import re
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "tools/deploy"
MAINTAINER = "the outrider authors <outrider@example.org>"

FILES = """.SH FILES
.TP
.I /etc/outrider/sidecar.yml
the configuration, see
.BR outrider-sidecar.yml (5)
.TP
.I /run/outrider
shared with the traders; $OUTRIDER_DIR names another one
.TP
.I /var/lib/outrider
the journal of latches, what a restart goes on from, and the flight recordings
.TP
.I /usr/share/outrider
rule files, profiles of known systems, the runbook
.SH SEE ALSO
"""


def roff(text):
    """One line of text that groff prints as it is."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in (".", "'") else text


def bold(text):
    return "\\fB" + roff(text) + "\\fR"


def help_of(command):
    done = subprocess.run([*command, "--help"], check=True, capture_output=True, text=True)
    return done.stdout.rstrip().split("\n")


class Help:
    """What CLI11 prints: a sentence, the usage, sections of items, a footer."""

    def __init__(self, lines):
        self.about, self.usage, self.footer, self.sections = lines[0], "", [], {}
        section = None
        for line in lines[1:]:
            if line.startswith("Usage: "):
                self.usage = line.removeprefix("Usage: ")
            elif re.fullmatch(r"[A-Z][a-z]+:", line):
                section = self.sections.setdefault(line[:-1], [])
            elif section is not None and re.match(r"  \S", line):
                name, _, text = line.strip().partition("  ")
                section.append([name, text.strip()])
            elif section is not None and line.startswith("   "):
                section[-1][1] = (section[-1][1] + " " + line.strip()).strip()
            elif line:
                section = None
                self.footer.append(line)

    def commands(self):
        return [name for name, _ in self.sections.get("Subcommands", [])]


def items(section):
    return [line for name, text in section for line in (".TP", bold(name), roff(text))]


def subcommands(command, help_text):
    lines = []
    for name in help_text.commands():
        words = [*command, name]
        own = Help(help_of(words))
        if own.commands():
            lines += subcommands(words, own)
            continue
        lines += [".SS " + roff(" ".join(words[1:])), bold(own.usage), ".PP", roff(own.about)]
        for title in ("Positionals", "Options"):
            lines += items(i for i in own.sections.get(title, []) if not i[0].startswith("-h"))
        footer = [line for line in own.footer if line not in help_text.footer]
        for number, line in enumerate(footer):
            # Lines of one paragraph, which the reader's terminal breaks anew.
            lines += [".PP"] * (number == 0 or line.startswith("Exit codes")) + [roff(line)]
    return lines


def program(bin_dir, name, section, see_also, version):
    own = Help(help_of([bin_dir / name]))
    lines = [f'.TH {name} {section} "" "outrider {version}"', ".SH NAME",
             roff(name) + " \\- " + roff(own.about[0].lower() + own.about[1:].rstrip(".")),
             ".SH SYNOPSIS", bold(own.usage), ".SH OPTIONS", *items(own.sections["Options"])]
    if own.commands():
        lines += [".SH COMMANDS", *subcommands([bin_dir / name], own)]
    if own.footer:
        lines += [".SH EXIT STATUS", *(roff(line.removeprefix("Exit codes: ")) for line in own.footer)]
    return "\n".join(lines) + "\n" + FILES + f".BR {see_also}\n"


def configuration(version):
    lines = [f'.TH outrider-sidecar.yml 5 "" "outrider {version}"', ".SH NAME",
             "outrider\\-sidecar.yml \\- configuration of outrider\\-sidecar", ".SH DESCRIPTION",
             "The file as it is installed, then two others that show parts of it.", ".PP",
             bold("outrider check config FILE") + " names every problem of a file, with its line.",
             bold("systemctl reload outrider-sidecar") + " takes up a changed one, all or nothing."]
    for title, name in (("SETTINGS", "sidecar.yml"), ("PROBES", "probes.yml"), ("RECOVERY", "recovery.yml")):
        text = (DEPLOY / name).read_text()
        lines += [".SH " + title, ".ll 200n", ".nf", *map(roff, text.rstrip().split("\n")), ".fi"]
    return "\n".join(lines) + "\n" + FILES + ".BR outrider-sidecar (8)\n"


def changelog(version, date):
    text = (ROOT / "README.md").read_text().split("\n## Changes\n")[1].split("\n## ")[0]
    changes = re.findall(r"^- (.*)$", text, re.MULTILINE)
    body = "\n".join(textwrap.fill(change, 78, initial_indent="  * ", subsequent_indent="    ",
                                   break_long_words=False, break_on_hyphens=False) for change in changes)
    return f"outrider ({version}) unstable; urgency=medium\n\n{body}\n\n -- {MAINTAINER}  {date}\n"


def copyright_file():
    owner = (ROOT / "LICENSE").read_text().split("\n")[1]
    return ("Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
            "Upstream-Name: outrider\nSource: the repository of outrider\n\nFiles: *\n"
            f"Copyright: {owner.removeprefix('Copyright ')}\nLicense: Apache-2.0\n On Debian systems its text is in "
            "/usr/share/common-licenses/Apache-2.0.\n\n"
            "Files: /usr/bin/outrider-sidecar (uPlot, as it serves it below /live)\n"
            "Copyright: 2022 Leon Sorokin\nLicense: MIT\n The sidecar serves its text at /live/LICENSE.\n")


def main():
    bin_dir, out, version = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    seconds = subprocess.run(["git", "-C", ROOT, "log", "-1", "--format=%ct"], capture_output=True, text=True)
    date = email.utils.formatdate(int(seconds.stdout or 0))
    out.mkdir(parents=True, exist_ok=True)
    for name, text in {
        "outrider.1": program(bin_dir, "outrider", 1, "outrider-sidecar (8)", version),
        "outrider-sidecar.8": program(bin_dir, "outrider-sidecar", 8, "outrider (1)", version),
        "outrider-sidecar.yml.5": configuration(version),
        "changelog": changelog(version, date),
    }.items():
        (out / (name + ".gz")).write_bytes(gzip.compress(text.encode(), mtime=0))
    (out / "copyright").write_text(copyright_file())


if __name__ == "__main__":
    main()
