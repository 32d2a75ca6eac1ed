# Lays the module $MODULE@$VERSION down in tree/, with the modules that it needs in tree/.modules, a module cache in the form
# of downloads; their archives lie apart in zips/, in the same folders. See docs/design/0010-go-modules.md.
export GOFLAGS=-modcacherw GOENV=/etc/go/env GOPATH=/tmp/go
mkdir -p /build/work/none && cd /build/work/none
# Another client than the container's may be asked for. It is fetched and unpacked once for all modules.
root=$(GOMODCACHE=/build/clients go env GOROOT)
export GOMODCACHE=/build/work/cache PATH="$root/bin:$PATH"
# What was fetched for another module is asked first. It is held against the same sums as what comes from afar.
export GOPROXY="file:///build/shared,${GOPROXY:-$(go env GOPROXY)}"
go mod download -json "$MODULE@$VERSION" >../module.json || { cat ../module.json; exit 1; }
path() { sed -n 's/^\t"'"$1"'": "\(.*\)",\{0,1\}$/\1/p' ../module.json; }
dir=$(path Dir) zip=$(path Zip)
mv "$dir" ../tree && cd ../tree
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
if [ -f go.mod ]; then go mod download; fi
mkdir -p .modules/cache /build/work/zips
cp -al ../cache/cache/download ../download
mv ../cache/cache/download .modules/cache/download
# Its own archive and the toolchain that the client chose for itself are no modules that it needs.
own=${zip#*/cache/download/}
rm -rf ".modules/cache/download/${own%/*}" .modules/cache/download/sumdb
case $MODULE in golang.org/toolchain) ;; *) rm -rf .modules/cache/download/golang.org/toolchain ;; esac
# Locks, lists, and what a proxy says beside the module: times, where it took it from.
find .modules -type f ! -name '*.zip' ! -name '*.mod' ! -name '*.ziphash' -delete
(cd .modules && find . -type d -exec mkdir -p ../../zips/{} \; && find . -name '*.zip' -exec mv {} ../../zips/{} \;)
find . -depth -type d -empty -delete
find . ! -type l -exec chmod u=rwX,go=rX {} +
find . -type f -exec chmod 0644 {} +
