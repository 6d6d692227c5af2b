#!/usr/bin/env bash
# The real servers that the tests start: Debian's packages, installed with apt where that is allowed.
#   install.sh yes    all of them are here when it ends, or it says what is missing and exits 1
#   install.sh no     says what will not be run, and exits 0
set -euo pipefail

if [[ ${1:-yes} == no ]]; then
    printf '%s\n' \
        '!!! SERVERS=no: the tests that need a real Prometheus or a real browser will NOT run.' \
        '!!! What they would have shown stays unshown.' >&2
    exit 0
fi

declare -A package_of=([prometheus]=prometheus [promtool]=prometheus [chromium]=chromium [pdftotext]=poppler-utils)

missing() {
    for program in "${!package_of[@]}"; do
        command -v "$program" >/dev/null || printf '%s\n' "${package_of[$program]}"
    done | sort -u
}

mapfile -t packages < <(missing)
[[ ${#packages[@]} -eq 0 ]] && exit 0

as_root=()
if [[ $(id -u) -ne 0 ]]; then
    as_root=(sudo -n)
fi
if command -v apt-get >/dev/null && "${as_root[@]}" true 2>/dev/null; then
    # The tests start servers of their own: systemd is not to start the package's.
    quietly=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive SYSTEMD_OFFLINE=1 apt-get -q)
    "${quietly[@]}" update || printf 'apt-get update failed; trying with the lists that are here.\n' >&2
    "${quietly[@]}" install --yes --no-install-recommends "${packages[@]}" || true
fi

mapfile -t packages < <(missing)
if [[ ${#packages[@]} -gt 0 ]]; then
    names=${packages[*]}
    printf '%s\n' \
        "The tests need what these Debian packages have, and it is not here: $names" \
        "  as root:        apt-get install --no-install-recommends $names" \
        '  elsewhere:      put prometheus, promtool, chromium and pdftotext on the PATH' \
        '  without them:   make test SERVERS=no    (says loudly what was not run)' >&2
    exit 1
fi
