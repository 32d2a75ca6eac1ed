# Lays the commit $COMMIT of $URL down in the current directory, without its history.
git init -q .
# A server that sends less than this on average is left, as for all downloads: docs/design/0026-hostile-servers.md.
git config http.lowSpeedLimit 1024
git config http.lowSpeedTime 60
# One commit is asked for by its name. Plain file servers cannot do that, and some servers refuse commits that are not the
# newest of a branch: there everything is fetched, and the commit is looked for.
if ! git fetch -q --depth 1 "$URL" "$COMMIT" 2>../refused; then
    echo "$URL does not serve a single commit; fetching all branches and tags"
    git fetch -q "$URL" '+refs/heads/*:refs/all/heads/*' '+refs/tags/*:refs/all/tags/*' || {
        cat ../refused >&2
        exit 1
    }
    git cat-file -e "$COMMIT^{commit}" 2>/dev/null || {
        cat ../refused >&2
        echo "no branch and no tag of $URL holds the commit $COMMIT" >&2
        exit 1
    }
fi
git -c advice.detachedHead=false checkout -q "$COMMIT"
rm -rf .git
