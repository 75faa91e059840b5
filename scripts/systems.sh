#!/usr/bin/env bash
# Tries glimpse as a new user does: in a bare root of each system that it is made for, a clone of what is committed runs
# scripts/demo.sh and scripts/test.sh, and a table says what came of it. Needs root and debootstrap, which it installs.
# The packages come from where this machine's apt has its own, or from GLIMPSE_MIRROR. Safe to run again: the roots are
# made once. Usage: scripts/systems.sh [DIRECTORY of the roots and logs [SUITE...]]
set -euo pipefail

directory=$(realpath -m "${1:-build-systems}")
if [ $# -gt 1 ]; then suites=("${@:2}"); else suites=(bookworm trixie); fi
cd "$(dirname "$0")/.."
if [ "$(id -u)" -ne 0 ]; then
    echo "systems: only root may make and enter a root of another system" >&2
    exit 1
fi
scripts/setup.sh debootstrap git

# The address that apt has of the archive, whatever the format of its lists.
mirror=${GLIMPSE_MIRROR:-$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Component: main' |
    awk '!/security/ && !seen { print; seen = 1 }')}
if [ -z "$mirror" ]; then
    echo "systems: apt names no archive here: name one in GLIMPSE_MIRROR" >&2
    exit 1
fi

make_root() {  # SUITE ROOT
    debootstrap --variant=minbase --include=ca-certificates "$1" "$2" "$mirror" >"$2.log" 2>&1
    # How this machine reaches the archive.
    apt-config dump | grep -E '^Acquire::(https?::|Retries|Check-)' >"$2/etc/apt/apt.conf.d/90host" || true
    cp /etc/ssl/certs/ca-certificates.crt "$2/etc/ssl/certs/" 2>/dev/null || true
    touch "$2/made"
}

# Runs a command in a root, in the clone; what is mounted for it goes with it.
enter() {  # ROOT COMMAND...
    local root=$1
    shift
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    unshare --mount --pid --fork bash -c '
        set -e
        mount -t proc proc "$0/proc"
        mount --rbind /dev "$0/dev"
        exec chroot "$0" env -i HOME=/root LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin \
            "${@:2}" sh -c "cd /glimpse && $1"' "$root" "$*" "${proxies[@]}"
}
proxies=()
for name in http_proxy https_proxy no_proxy; do
    if [ -n "${!name:-}" ]; then proxies+=("$name=${!name}"); fi
done

failed=0
rows=()
skipped=()
# Runs one of the two commands and sets `outcome`.
try() {  # SUITE ROOT SCRIPT
    local log=$directory/$1.$3.log start=$SECONDS
    echo "systems: $1: scripts/$3.sh, which writes to $log"
    if enter "$2" "scripts/$3.sh" >"$log" 2>&1 </dev/null; then
        outcome="done in $(((SECONDS - start + 59) / 60)) min"
    else
        outcome="failed: $(tail -n 1 "$log" | cut -c 1-80)"
        failed=1
    fi
    local warnings
    warnings=$(grep -c 'warning: ' "$log" || true)
    if [ "$warnings" -ne 0 ]; then outcome+=", $warnings warnings"; fi
}
for suite in "${suites[@]}"; do
    root=$directory/$suite
    mkdir -p "$directory"
    if [ ! -e "$root/made" ]; then
        echo "systems: making a root of $suite"
        rm -rf "$root"
        make_root "$suite" "$root"
    fi
    rm -rf "$root/glimpse"
    git clone --quiet --no-hardlinks . "$root/glimpse"
    try "$suite" "$root" demo
    demo=$outcome
    try "$suite" "$root" test
    facts=$(enter "$root" '. /etc/os-release; echo "$NAME $VERSION_ID | $(g++ -dumpfullversion) |" \
        "$(pkg-config --modversion opencv4) | $(pkg-config --modversion libavcodec)"')
    rows+=("| $facts | $demo | $outcome |")
    while read -r line; do skipped+=("$suite: $line"); done < <(
        grep -h -o -E 'skipped: .*' "$directory/$suite.demo.log" "$directory/$suite.test.log" | sort -u)
done

echo
echo "| system | GCC | OpenCV | libavcodec | scripts/demo.sh | scripts/test.sh |"
echo "|---|---|---|---|---|---|"
printf '%s\n' "${rows[@]}"
if [ ${#skipped[@]} -ne 0 ]; then printf '\n'; printf '%s\n' "${skipped[@]}"; fi
exit "$failed"
