#!/usr/bin/env bash
# Builds the herd's image; `./herd image` calls it. Prints the image's name at the end.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
readonly root
tag=
base=
base_archive=
programs=
builder=()

usage() {
  cat <<'HELP'
usage: ./herd image [options]

  --tag NAME       what to call the image; herd:VERSION by default, the version being git's
  --base IMAGE     the Debian 12 that it is built from; docker.io/library/debian:12-slim by default
  --base-archive F the same as the archive of a root file system, as `mmdebstrap --variant=minbase
                   bookworm F` makes it: for machines without a registry. With buildah only
  --programs DIR   take the programs of that folder, built on Debian 12, instead of compiling the
                   tree in the image's own build stage
  --builder "CMD"  docker, podman or buildah, with options; the first that is there by default
HELP
}

complain() { printf 'herd: %s\n' "$*" >&2; }

while (( $# )); do
  case $1 in
    --help | -h) usage; exit 0 ;;
    --tag | --base | --base-archive | --programs | --builder)
      [[ -n ${2:-} ]] || { complain "$1 needs a value"; exit 2; }
      case $1 in
        --tag) tag=$2 ;;
        --base) base=$2 ;;
        --base-archive) base_archive=$2 ;;
        --programs) programs=$2 ;;
        --builder) read -ra builder <<<"$2" ;;
      esac
      shift
      ;;
    *) complain "image does not know $1"; usage >&2; exit 2 ;;
  esac
  shift
done

if (( ${#builder[@]} == 0 )); then
  for candidate in docker podman buildah; do
    # A client of docker alone builds nothing.
    if "$candidate" info >/dev/null 2>&1; then builder=("$candidate"); break; fi
  done
fi
(( ${#builder[@]} )) || { complain "there is no docker, podman or buildah that works"; exit 1; }

# The tree's own version says -dirty where the commit is not the whole truth.
git_says() { git -C "$root" "$@" 2>/dev/null || true; }
revision=$(git_says rev-parse HEAD)
release=$(sed -n 's/^project(herd VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
version=$(git_says describe --tags --match 'v[0-9]*' --abbrev=10 | sed 's/^v//')
if [[ -z $version ]]; then version=$release${revision:+-g${revision:0:10}}; fi
if [[ -n $(git_says status --porcelain) ]]; then version+=-dirty; fi
# The commit's time, so that the same tree makes the same image.
created=$(git_says log -1 --format=%cI)
tag=${tag:-herd:$version}

if [[ -n $base_archive ]]; then
  base=localhost/herd-base:latest
  if ! "${builder[@]}" inspect --type image "$base" >/dev/null 2>&1; then
    container=$("${builder[@]}" from scratch)
    "${builder[@]}" add -q "$container" "$base_archive" / >/dev/null
    "${builder[@]}" commit -q "$container" "$base" >/dev/null
    "${builder[@]}" rm "$container" >/dev/null
  fi
fi

context=$root
arguments=()
if [[ -n $programs ]]; then
  # Nothing of the tree but what the build looks at, so that nothing else makes it begin anew.
  context=$(mktemp -d)
  trap 'rm -rf "$context"' EXIT
  mkdir -p "$context/programs" "$context/k8s/image"
  for program in herd-server herd-client herd-places; do
    strip -o "$context/programs/$program" "$programs/$program"
  done
  cp "$root/client/standin/data/places.tsv" "$context/programs/"
  cp "$root/client/standin/data/ATTRIBUTION.md" "$context/programs/places-ATTRIBUTION.md"
  cp "$root/LICENSE" "$context/programs/"
  cp "$root/k8s/image/gather.sh" "$context/k8s/image/"
  # The cache of the layers goes by content and times.
  find "$context" -exec touch -h -d '2000-01-01' {} +
  arguments+=(--build-arg PROGRAMS=given)
  # What the programs say of themselves, which may be older than the tree.
  version=$("$programs/herd-server" --version)
  version=${version##* }
fi
if [[ -n $base ]]; then arguments+=(--build-arg "BASE=$base"); fi
if [[ ${builder[0]##*/} != docker ]]; then arguments+=(--layers); fi

"${builder[@]}" build "${arguments[@]}" --build-arg "VERSION=$version" \
  --build-arg "REVISION=$revision" --build-arg "CREATED=$created" \
  -t "$tag" -f "$root/k8s/image/Dockerfile" "$context"
printf 'herd: the image is %s\n' "$tag"
