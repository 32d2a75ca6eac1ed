# Lays the module $MODULE@$VERSION down in tree/, with what describes the modules that it needs in tree/.modules, a module
# cache in the form of downloads; their archives lie apart in zips/, in the same folders. See docs/design/0010-go-modules.md.
export GOMODCACHE=/build/modules GOENV=/etc/go/env GOPATH=/tmp/go
mkdir -p /build/work/none /build/work/zips && cd /build/work/none
# Another client than the container's may be asked for. It is a module as well.
PATH="$(go env GOROOT)/bin:$PATH"
# A message of the client is in its answer.
ask() { go mod download -json "$@" || { cat ../"$answer"; exit 1; }; }
answer=main.json
ask "$MODULE@$VERSION" >../main.json
dir=$(sed -n 's/^\t"Dir": "\(.*\)",\{0,1\}$/\1/p' ../main.json)
cp -R "$dir" ../tree && cd ../tree && chmod -R u=rwX,go=rX .
find . -type f -exec chmod 0644 {} +
if [ -n "$GOMOD" ]; then
    [ -f "$GOMOD" ] || { echo "$MODULE@$VERSION has no $GOMOD" >&2; exit 1; }
    mv "$GOMOD" go.mod
    if [ -f "${GOMOD%.mod}.sum" ]; then mv "${GOMOD%.mod}.sum" go.sum; fi
fi
printf '%s' "$STUBS" | while read -r folder module; do
    [ ! -e "$folder/go.mod" ] || { echo "$MODULE@$VERSION holds a module in $folder: it needs no stub" >&2; exit 1; }
    mkdir -p "$folder" && printf 'module %s\n' "$module" >"$folder/go.mod"
done
# A module without go.mod is only itself.
[ -f go.mod ] || exit 0
answer=modules.json
ask >../modules.json
go mod graph >../graph
cd "$GOMODCACHE/cache/download"
# take PATTERN: the files of the answer that match.
take() { sed -n 's|^\t"[A-Za-z]*": ".*/cache/download/\(.*'"$1"'\)",\{0,1\}$|\1|p' /build/work/modules.json; }
take '\.zip' | xargs -r cp --parents -t /build/work/zips
mkdir -p /build/work/tree/.modules/cache/download
take '\.zip' | sed 's/\.zip$/.ziphash/' | xargs -r cp --parents -t /build/work/tree/.modules/cache/download
# Of every module that was weighed, the description: names as paths, capitals as the cache writes them.
tr ' ' '\n' </build/work/graph | grep @ | sort -u | sed 's/[A-Z]/!\l&/g; s|@\(.*\)|/@v/\1.mod|' >/build/work/weighed
{ take '\.mod'; cat /build/work/weighed; } | sort -u | while read -r file; do
    if [ -f "$file" ]; then printf '%s\n' "$file"; fi
done | xargs -r cp --parents -t /build/work/tree/.modules/cache/download
chmod -R u=rwX,go=rX /build/work/tree/.modules
find /build/work/tree/.modules -type f -exec chmod 0644 {} +
