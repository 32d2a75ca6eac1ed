# On the device: check | put PACKAGE SERVICE... (with an archive of its files on standard input) | undo
#
# What is put lies in memory, in overlays over /usr and /etc, so a restart takes it back as well, and the verified root below is never
# written to. Ends with 90 when the device is not one for this.
set -eu
umask 022
state=/run/yoe/deploy

refuse() {
    echo "$*"
    exit 90
}

check() {
    [ "$(id -u)" = 0 ] || refuse "files of the system are root's: log in as root"
    for tool in /usr/lib/yoe/service-control /usr/lib/yoe/service-ready; do
        [ -x "$tool" ] || refuse "this is no device of yoe's: there is no $tool"
    done
    etc=memory
    read -r etc 2>/dev/null </usr/lib/yoe/etc || true
    verified=$(ls -d "/sys/dev/block/$(mountpoint -d /)"/slaves/* 2>/dev/null || true)
    if [ -n "$verified" ] && [ "$etc" != data ]; then
        refuse "its root is verified, and its image is no developer's (etc = \"$etc\"): what runs on it is what was signed"
    fi
    # Where changes to /etc last, whoever has the disk is root already.
    grep -q -w overlay /proc/filesystems || refuse "its kernel has no overlay file system"
}

# over DIRECTORY: what is written there from now on lies in memory. What is mounted below it stays in sight.
over() {
    ! grep -q "^yoe-deploy /$1 overlay " /proc/mounts || return 0
    mkdir -p "$state/$1/upper" "$state/$1/work" "$state/held"
    below=$(awk -v at="/$1/" 'index($2, at) == 1 { print $2 }' /proc/mounts)
    number=0
    for place in $below; do
        number=$((number + 1))
        if [ -d "$place" ]; then mkdir -p "$state/held/$number"; else : >"$state/held/$number"; fi
        mount -o bind "$place" "$state/held/$number"
    done
    mount -t overlay -o "lowerdir=/$1,upperdir=$state/$1/upper,workdir=$state/$1/work" yoe-deploy "/$1"
    number=0
    for place in $below; do
        number=$((number + 1))
        mount -o bind "$state/held/$number" "$place"
        umount "$state/held/$number"
    done
    rm -rf "$state/held"
}

# files_of PACKAGE: what the device has of it, one path a line.
files_of() {
    if [ -e "$state/files/$1" ]; then
        cat "$state/files/$1"
    else
        awk -v package="$1" '
            /^P:/ { is = substr($0, 3) == package }
            is && /^F:/ { directory = substr($0, 3) }
            is && /^R:/ { print directory "/" substr($0, 3) }
        ' /lib/apk/db/installed
    fi
}

restart() { # SERVICE...
    mkdir -p /sys/fs/cgroup/system/deploy
    # A service ends with all that is in its group, and this shell is in that of the SSH server.
    echo $$ >/sys/fs/cgroup/system/deploy/cgroup.procs
    for service; do
        if [ ! -x "/usr/lib/yoe/services/$service" ]; then
            echo "the service $service is not on the device: it comes with the next build of its image"
            continue
        fi
        case $service in
            sshd | network | data)
                # It carries this connection.
                setsid sh -c "sleep 1; /usr/lib/yoe/service-control restart $service" >/dev/null 2>&1 </dev/null &
                echo "service $service: restarts when this connection has ended"
                continue
                ;;
        esac
        /usr/lib/yoe/service-control restart "$service"
        tries=0
        until said=$(/usr/lib/yoe/service-ready "$service") || [ "$tries" = 150 ]; do
            sleep 0.2
            tries=$((tries + 1))
        done
        echo "service $said"
    done
}

put() { # PACKAGE SERVICE...
    package=$1
    shift
    mkdir -p "$state/new" "$state/files"
    # All of it is here before anything changes.
    rm -rf "$state/new"
    mkdir "$state/new"
    tar -x -C "$state/new"
    (cd "$state/new" && find . ! -type d | sed 's,^\./,,' | sort) >"$state/files.new"
    for directory in usr etc; do
        [ ! -d "$state/new/$directory" ] || over "$directory"
    done
    files_of "$package" | grep -E '^(usr|etc)/' | grep -v -x -F -f "$state/files.new" | while read -r gone; do
        # Its directory may not be under an overlay yet.
        over "${gone%%/*}"
        rm -f "/$gone"
    done || true
    # Not the root itself, which is read-only.
    (cd "$state/new" && tar -c -f - *) | tar -x -C / -f -
    mv "$state/files.new" "$state/files/$package"
    rm -rf "$state/new"
    for service; do echo "$service"; done >>"$state/services"
    restart "$@"
}

undo() {
    [ -e "$state/files" ] || { echo "nothing is deployed" && return 0; }
    for directory in etc usr; do
        ! grep -q "^yoe-deploy /$directory overlay " /proc/mounts || umount -l "/$directory"
    done
    services=$(sort -u "$state/services")
    rm -rf "$state"
    # shellcheck disable=SC2086
    restart $services
}

check
ask=$1
shift
case $ask in
    check) ;;
    put) put "$@" ;;
    undo) undo ;;
esac
