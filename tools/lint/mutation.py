# SPDX-License-Identifier: Apache-2.0
"""A copy of the tree to break on purpose: shared by mutate_orders.py and tests/mutants/run.py."""
import os
import pathlib
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]


class Copy:
    """The tree under build/, built there. A file that did not change keeps its time and is not built again."""

    def __init__(self, name, preset):
        self.path = TOP / "build" / name
        self.build_path = self.path / "build" / preset
        self.preset = preset
        # One copy may take from the cache what another has compiled; git must see no repository around it.
        self.environment = dict(os.environ, CCACHE_BASEDIR=str(self.path), CCACHE_NOHASHDIR="1",
                                GIT_CEILING_DIRECTORIES=str(self.path.parent))

    def run(self, *command, **options):
        return subprocess.run([str(part) for part in command], cwd=self.path, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **options)

    def refresh(self):
        names = subprocess.run(["git", "-C", TOP, "ls-files", "-z", "-co", "--exclude-standard"], check=True,
                               capture_output=True, text=True).stdout.split("\0")
        wanted = {name for name in names if name and (TOP / name).is_file()}
        for name in sorted(wanted):
            self.restore(name)
        for modules in TOP.glob("tests/*/node_modules"):  # what tests have from npm, which git ignores
            link = self.path / modules.relative_to(TOP)
            if not link.exists():
                link.symlink_to(modules)
        for top in self.path.iterdir():
            for path in [] if top.name == "build" else [top, *top.rglob("*")]:
                if path.is_file() and str(path.relative_to(self.path)) not in wanted:
                    path.unlink()

    def restore(self, name):
        source, target = TOP / name, self.path / name
        if not (target.is_file() and target.read_bytes() == source.read_bytes()):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)

    def configure(self, *options):
        done = self.run("cmake", "--preset", self.preset, "-DOUTRIDER_BENCH=OFF", *options)
        if done.returncode:
            sys.exit(done.stdout)

    def build(self, *targets, jobs=None):
        """What the build said when it failed; None when it did not."""
        done = self.run("cmake", "--build", self.build_path, "--target", *targets, *(["-j", jobs] if jobs else []))
        return done.stdout if done.returncode else None
