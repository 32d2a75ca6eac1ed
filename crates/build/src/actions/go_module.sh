# Lays the module $MODULE@$VERSION down in tree/, with what describes the modules that it needs in tree/.modules, a module
# cache in the form of downloads; their archives lie apart in zips/, in the same directories. See docs/design/0010-go-modules.md.
export GOMODCACHE=/build/modules GOENV=/etc/go/env GOPATH=/tmp/go
mkdir -p /build/work/none /build/work/zips && cd /build/work/none
# Another client than the container's may be asked for. It is a module as well.
PATH="$(go env GOROOT)/bin:$PATH"
# refused: says what the client's answer holds of modules that it did not get, or what it said instead of an answer. Its messages end
# lines by \n and \t within them.
refused() {
    {
        sed -n 's/^\t"Error": "\(.*\)",\{0,1\}$/\1/p' ../"$answer"
        sed 's/^go: //' ../said
    } | while read -r error; do
        said=$(printf '%s\n' "$error" | sed 's/\\n\(\\t\)*/; /g; s/\\"/"/g; s/\\u003c/</g; s/\\u003e/>/g')
        case $said in
            *': 4'[0-9][0-9]' '* | *'no such file or directory'* | *'unrecognized import path'*)
                echo "$MODULE@$VERSION cannot be fetched: no proxy that was asked serves it. Check its path and its version" ;;
            *) echo "$MODULE@$VERSION cannot be fetched" ;;
        esac
        echo "the Go client said: $said"
    done >&2
    exit 1
}
# ask FILE WHAT: the client's answer, in a file. The client has no limit of its own for a server that is slow without end.
ask() {
    answer=$1
    shift
    timeout 3600 go mod download -json "$@" >../"$answer" 2>../said || {
        [ $? != 124 ] || echo "the Go client was ended after an hour" >>../said
        refused
    }
    cat ../said >&2
}
ask main.json "$MODULE@$VERSION"
dir=$(sed -n 's/^\t"Dir": "\(.*\)",\{0,1\}$/\1/p' ../main.json)
cp -R "$dir" ../tree && cd ../tree && chmod -R u=rwX,go=rX .
find . -type f -exec chmod 0644 {} +
if [ -n "$GOMOD" ]; then
    [ -f "$GOMOD" ] || { echo "$MODULE@$VERSION has no $GOMOD" >&2; exit 1; }
    mv "$GOMOD" go.mod
    if [ -f "${GOMOD%.mod}.sum" ]; then mv "${GOMOD%.mod}.sum" go.sum; fi
fi
printf '%s' "$STUBS" | while read -r directory module; do
    [ ! -e "$directory/go.mod" ] || { echo "$MODULE@$VERSION holds a module in $directory: it needs no stub" >&2; exit 1; }
    mkdir -p "$directory" && printf 'module %s\n' "$module" >"$directory/go.mod"
done
# A module without go.mod is only itself.
[ -f go.mod ] || exit 0
# Newer versions of what it needs. The client chooses what else has to be newer for that, as `go get` does.
if [ -n "$UPGRADE" ]; then
    # Each is one word: neither paths nor versions hold blanks.
    GOFLAGS=-mod=mod go get $UPGRADE >../get 2>&1 || { cat ../get >&2; exit 1; }
    case $(cat ../get) in
        *'go: downgraded '*) cat ../get >&2; echo "$UPGRADE would not be an upgrade" >&2; exit 1 ;;
    esac
fi
ask modules.json
# The client held the sums of all modules against the checksum database; the build holds archives against go.sum.
if [ -n "$UPGRADE" ]; then
    touch go.sum
    while IFS='"' read -r _ field _ value _; do
        case $field in
            Path) path=$value ;;
            Version) version=$value ;;
            Sum) echo "$path $version $value" ;;
            GoModSum) echo "$path $version/go.mod $value" ;;
        esac
    done <../modules.json | cat - go.sum | sort -u >../go.sum
    mv ../go.sum go.sum
fi
# Of every module that is weighed, its go.mod. What else lies in the cache of all modules must not decide what is in this one.
GOMODCACHE=/build/work/weighed GOPROXY=file:///build/modules/cache/download GOSUMDB=off GOFLAGS=-modcacherw go mod graph >/dev/null
# A module may need none.
mkdir -p .modules/cache/download ../weighed/cache/download
cd ../weighed/cache/download
find . -name '*.mod' | xargs -r cp --parents -t /build/work/tree/.modules/cache/download
cd "$GOMODCACHE/cache/download"
# take END: the files of the answer with this end.
take() { sed -n 's|^\t"[A-Za-z]*": ".*/cache/download/\(.*\.'"$1"'\)",\{0,1\}$|\1|p' /build/work/modules.json; }
take zip | xargs -r cp --parents -t /build/work/zips
{ take mod; take zip | sed 's/\.zip$/.ziphash/'; } | xargs -r cp --parents -t /build/work/tree/.modules/cache/download
chmod -R u=rwX,go=rX /build/work/tree/.modules
find /build/work/tree/.modules -type f -exec chmod 0644 {} +
