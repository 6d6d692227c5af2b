#!/usr/bin/env bash
# The suite against the built wheel, with the source tree out of the way.
#   SERVERS=yes|no wheel_suite.sh VENV [pytest arguments]
# VENV has all that the suite needs. The wheel gets an environment of its own, which sees VENV's packages behind its
# own; VENV's editable install stays out of it, because .pth files are read in an environment's own folder only.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
venv=$(cd "$1" && pwd)
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset PYTHONPATH

"$venv/bin/python" -m build --wheel --no-isolation --outdir "$work/dist" "$root" >"$work/build.log" 2>&1 ||
    { cat "$work/build.log" >&2; exit 1; }

wheel_env=$work/env
"$venv/bin/python" -m venv --without-pip "$wheel_env"
"$venv/bin/python" -m pip --python "$wheel_env/bin/python" install --quiet --no-deps --no-index "$work"/dist/*.whl
packages() { "$1/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))'; }
packages "$venv" >"$(packages "$wheel_env")/behind.pth"
# The tools' own commands, run by the wheel's interpreter.
for tool in "$venv"/bin/*; do
    copy=$wheel_env/bin/${tool##*/}
    if [[ -f $tool && ! -e $copy ]]; then
        sed "1s|^#!$venv/bin/python[0-9.]*$|#!$wheel_env/bin/python|" "$tool" >"$copy"
        chmod +x "$copy"
    fi
done

mkdir "$work/tree"
shopt -s dotglob
for entry in "$root"/*; do
    case ${entry##*/} in
    canary_guard | .git | .venv* | .*_cache | .coverage* | .hypothesis | dist | build) ;;
    *) cp -R "$entry" "$work/tree/" ;;
    esac
done

cd "$work/tree"
"$wheel_env/bin/python" - "$wheel_env" <<'PYTHON'
import sys
import canary_guard
inside = canary_guard.__file__.startswith(sys.argv[1] + "/")
sys.exit(0 if inside else f"the wheel is not what is tested: {canary_guard.__file__}")
PYTHON
CANARY_GUARD_TEST_SERVERS=${SERVERS:-yes} "$wheel_env/bin/python" -m pytest -n auto "$@"
