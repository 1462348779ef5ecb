#!/bin/bash
# build.sh - builds renacer-gate from the checkout that this action came in
#
# Nothing is downloaded but Debian packages: the source is pinned with the action, by the tag or
# commit that the workflow names. Built once per job, in the runner's temporary directory.
set -euo pipefail
source=$(cd "$GITHUB_ACTION_PATH/.." && pwd -P)
bin=${RUNNER_TEMP:?}/renacer-gate-build

case ${INPUT_INSTALL_DEPENDENCIES:-true} in
true) "$source/tools/install-deps" build ;;
false) ;;
*)
	echo "::error::install-dependencies is neither true nor false"
	exit 2
	;;
esac
make -s -C "$source" -j"$(nproc)" BUILD="$bin" all
"$bin/renacer-gate" --version
printf 'bin=%s\n' "$bin" >> "$GITHUB_OUTPUT"
