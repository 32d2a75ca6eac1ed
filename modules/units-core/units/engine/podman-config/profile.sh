# Where programs of this account keep what lasts until the next start; podman-prepare makes the directory.
if [ -z "$XDG_RUNTIME_DIR" ] && [ -O "/run/user/$(id -u)" ]; then
    export XDG_RUNTIME_DIR="/run/user/$(id -u)"
fi
