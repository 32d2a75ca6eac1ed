//! What the tests of faults do on the device.

use yoe_model::{ImageTest, Origin};

/// Functions for all of them.
pub(super) const BEGIN: &str = r#"
export HOME=/root
content=/var/lib/containerd/io.containerd.content.v1.content/blobs/sha256
workloads() { ls /usr/share/yoe/workloads | grep -vx blobs; }
pids() { for id in $(nerdctl ps -q); do nerdctl inspect -f '{{.State.Pid}}' $id; done; }
links() { for link in /sys/class/net/*/device; do [ ! -e "$link" ] || basename "${link%/device}"; done; }
volumes() { for volume in $(nerdctl volume ls -q); do nerdctl volume inspect -f '{{.Mountpoint}}' $volume; done; }
# No signal ends it; a stack that is gone does.
kill_init() {
    stack=$(grep '[[]stack[]]' /proc/1/maps | cut -d ' ' -f 1)
    begin=$((0x${stack%-*} / 4096))
    end=$((0x${stack#*-} / 4096))
    sync
    (
        sleep 5
        dd if=/dev/zero of=/proc/1/mem bs=4096 seek=$begin count=$((end - begin)) conv=notrunc
        # It returns to that stack once something wakes it.
        kill -CHLD 1
    ) >/dev/null 2>&1 </dev/null &
}
fill() {
    fallocate -l "$(($(stat -f -c '%f * %S' /data) - 1048576))" /var/lib/fault || true
    dd if=/dev/zero of=/var/lib/fault-rest bs=64k 2>/dev/null || true
    sync
}
fill_inodes() {
    mkdir -p /var/lib/fault-inodes
    name=0
    while [ "$name" -lt 10000000 ] && seq $name $((name + 999)) | (cd /var/lib/fault-inodes; xargs touch) 2>/dev/null; do
        name=$((name + 1000))
    done
    sync
}
"#;

/// Ends when all workloads are healthy.
pub(super) const HEALTHY: &str = "until yoe-workload status >/run/fault-status 2>&1; do sleep 2; done";

/// Writes a mark into each volume, and says that it is there.
pub(super) const MARK: &str = r#"
for volume in $(volumes); do
    echo "fault $fault" | dd of="$volume/.yoe-fault" conv=fsync 2>/dev/null
    sync "$volume" 2>/dev/null || sync
done
volumes >/var/lib/fault-volumes
sync"#;

/// Fails when a mark is gone, or a volume.
pub(super) const KEPT: &str = r#"
while read -r volume; do
    [ "$(cat "$volume/.yoe-fault")" = "fault $fault" ] || { echo "$volume has lost what was written"; exit 1; }
done </var/lib/fault-volumes
cat /run/fault-status"#;

/// Everything is well before anything is done to it.
pub(super) fn well(origin: &Origin) -> ImageTest {
    let run = format!("{BEGIN}\n{HEALTHY}\ncat /run/fault-status");
    ImageTest { timeout: super::PATIENCE, ..ImageTest::new("all workloads are healthy", run, origin.clone()) }
}
