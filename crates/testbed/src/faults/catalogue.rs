//! The faults. What brings them about is shell text for the device, after the functions of [`super::script::BEGIN`].

use yoe_model::TestBoot;

/// When the device is looked at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// On the same boot.
    Here,
    /// After this.
    Boot(TestBoot),
    /// After a start with a clock that has lost the time.
    NoBattery,
    /// After a loss of power at a random moment of the work.
    Cut {
        /// Seconds from the work's beginning in which it comes.
        within: u32,
    },
    /// After a loss of power at a random moment of the first start, for which the work prepares the device.
    FirstStart {
        /// Seconds in which it comes.
        within: u32,
    },
}

/// Something that goes wrong.
#[derive(Debug)]
pub(super) struct Fault {
    /// What, in a few words. Unique.
    pub name: &'static str,
    /// When the device is looked at again.
    pub kind: Kind,
    /// What brings it about.
    pub work: &'static str,
    /// What somebody does about it who comes by: makes room, say. Most faults must mend themselves.
    pub undo: &'static str,
    /// Whether it takes a release to be installed.
    pub updates: bool,
}

const fn fault(name: &'static str, kind: Kind, work: &'static str) -> Fault {
    Fault { name, kind, work, undo: "", updates: false }
}

/// All of them.
#[rustfmt::skip]
pub(super) const CATALOGUE: &[Fault] = &[
    fault("the power fails at its first start", Kind::FirstStart { within: 90 }, "data reset"),
    fault("the power fails while it is idle", Kind::Cut { within: 20 }, ""),
    fault("the power fails while its containers are made anew", Kind::Cut { within: 60 },
        "for workload in $(workloads); do yoe-workload restart $workload; done"),
    fault("the power fails while something is written", Kind::Cut { within: 20 },
        "while dd if=/dev/zero of=/var/lib/fault bs=64k count=64 conv=fsync 2>/dev/null; do rm /var/lib/fault; done"),
    fault("it is restarted", Kind::Boot(TestBoot::Reboot), ""),
    fault("it loses its power", Kind::Boot(TestBoot::PowerCut), ""),
    fault("the kernel finds an error in the data partition", Kind::Boot(TestBoot::Reset), "
        device=$(data status | sed 's/.*\"device\": \"\\([^\"]*\\)\".*/\\1/')
        sync
        echo probe >/sys/fs/ext4/${device#/dev/}/trigger_fs_error"),
    fault("its init is killed", Kind::Boot(TestBoot::Reset), "kill_init"),
    fault("the clock has lost the time", Kind::NoBattery, ""),
    fault("the clock is ten years ahead", Kind::Here, "
        now=$(date +%s)
        date -s @$((now + 315360000)) >/dev/null
        sleep 30
        date -s @$((now + 30)) >/dev/null"),
    fault("every container is killed", Kind::Here, "for pid in $(pids); do kill -KILL $pid; done; sleep 5"),
    fault("every container hangs for a minute", Kind::Here,
        "for pid in $(pids); do kill -STOP $pid; done; sleep 60; for pid in $(pids); do kill -CONT $pid 2>/dev/null || true; done"),
    fault("somebody removes all containers", Kind::Boot(TestBoot::Reboot), "nerdctl rm -f $(nerdctl ps -aq)"),
    fault("the engine is killed", Kind::Here, "kill -KILL $(pidof containerd); sleep 5"),
    fault("the engine loses a part of an image", Kind::Boot(TestBoot::PowerCut), "
        rm $(find $content -type l | head -n 1)
        sync
        yoe-workload verify"),
    fault("memory runs out", Kind::Here, "(echo 1000 >/proc/self/oom_score_adj; exec tail /dev/zero) || true; sleep 5"),
    fault("the network goes and comes back", Kind::Here, "
        for link in $(links); do ip link set $link down; done
        sleep 20
        for link in $(links); do ip link set $link up; done
        until /usr/lib/yoe/service-ready network; do sleep 1; done"),
    Fault {
        name: "the data partition is full",
        kind: Kind::Here,
        work: "fill; yoe-workload status || true; yoe-workload logs $(workloads | head -n 1) >/dev/null || true; updater status || true",
        undo: "rm -f /var/lib/fault*",
        updates: false,
    },
    Fault {
        name: "the data partition is full when it starts",
        kind: Kind::Boot(TestBoot::PowerCut),
        work: "fill",
        undo: "rm -f /var/lib/fault*",
        updates: false,
    },
    Fault {
        name: "the data partition has no inode left when it starts",
        kind: Kind::Boot(TestBoot::Reboot),
        work: "fill_inodes",
        undo: "rm -rf /var/lib/fault-inodes",
        updates: false,
    },
    Fault {
        name: "the power fails while a version is installed",
        kind: Kind::Cut { within: 40 },
        work: "
            until /usr/lib/yoe/service-ready network; do sleep 1; done
            updater install http://$(cat /run/credentials/@system/updates.address)/@RELEASE@.bundle >/dev/null 2>&1 || true",
        undo: "",
        updates: true,
    },
    Fault {
        name: "the version is taken back",
        kind: Kind::Boot(TestBoot::Reboot),
        work: "updater rollback || true",
        undo: "",
        updates: true,
    },
];
