//! Servers and proxies that do not do as they should: what is installed, what is left alone, and what it costs.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use yoe_bundle::{CHUNKING, Index};
use yoe_disk::partition::Slot;

use crate::fixture::{Built, Device, noise};
use crate::hostile::{Hostile, Rule, Twist};
use crate::shop::{Offer, Shop};

/// No time to lose; and yet a machine that is busy with other things answers in time.
pub const NETWORK: &str = "\"network\": {\"stall\": 3, \"window\": 4, \"attempts\": 3, \"pause\": 0},";
/// What may be on its way when an answer is given up, for each of them: buffers of both sides.
const BUFFERS: u64 = 600 << 10;
const ENTRIES: [&str; 2] = ["box_0.9.efi", "box_1.0,good+8.efi"];

/// A device that runs 1.0 from slot B, with 0.9 in slot A, both found good, and an update for it.
pub struct Setting {
    pub device: Device,
    pub shop: Shop,
    pub old: Built,
    pub runs: Built,
    pub new: Built,
}

/// It differs in ten places, and in its last byte: who sends everything is read to the end.
fn update() -> Built {
    let mut root = Built::version("1.0").root;
    root.iter_mut().skip(70_000).step_by(200_000).for_each(|byte| *byte ^= 1);
    let mut kernel = noise(300_000, 2);
    kernel[299_999] ^= 1;
    Built::new("1.1", root, &kernel)
}

impl Setting {
    pub fn new(slot: u64) -> Self {
        let (old, runs, new) = (Built::version("0.9"), Built::version("1.0"), update());
        let device = Device::with_slots(&old, slot);
        let mut shop = Shop::new();
        shop.trusted_by(&device);
        shop.publish(&device.path("before"), &runs, &Offer::default());
        device.json(&["install", &device.path("before").display().to_string()], 0);
        std::fs::rename(device.entry("box_1.0+3.efi"), device.entry(ENTRIES[1])).unwrap();
        device.runs(&runs);
        shop.publish(&device.path("server"), &new, &Offer::default());
        Self { device, shop, old, runs, new }
    }

    /// The usual one.
    pub fn get() -> &'static Self {
        static SETTING: OnceLock<Setting> = OnceLock::new();
        SETTING.get_or_init(|| Self::new(8))
    }

    /// Bytes of the content.
    pub fn whole(&self) -> u64 {
        (self.new.root.len() + self.new.kernel.len()) as u64
    }

    /// Bytes of what a perfect delta has: the chunks that are nowhere on the device.
    pub fn needed(&self) -> u64 {
        let index = |built: &Built| Index::of(&built.root[..], &built.kernel[..], CHUNKING).unwrap();
        let (new, runs, old) = (index(&self.new), index(&self.runs), index(&self.old));
        let here = |chunk: &&yoe_bundle::Chunk| {
            let known = [&runs.root, &old.root, &runs.kernel];
            !known.iter().any(|chunks| chunks.contains(chunk))
        };
        new.root.iter().chain(&new.kernel).filter(here).map(|chunk| u64::from(chunk.length)).sum()
    }

    /// What ran before runs next, and what could be returned to can be.
    pub fn is_as_before(&self, device: &Device) {
        assert!(device.holds(Slot::B, &self.runs) && device.holds(Slot::A, &self.old));
        assert_eq!(device.entries(), ENTRIES);
        assert_eq!(std::fs::read(device.entry(ENTRIES[0])).unwrap(), self.old.kernel);
        assert_eq!(std::fs::read(device.entry(ENTRIES[1])).unwrap(), self.runs.kernel);
        let twin = device.twin();
        assert_eq!(twin.json(&["rollback"], 0)["changed"], true);
        assert_eq!(twin.entries(), ["box_0.9.efi", "box_1.0+0-1.efi"]);
    }

    /// The new version starts next, and the one that runs can be returned to.
    pub fn is_installed(&self, device: &Device) {
        assert!(device.holds(Slot::B, &self.runs) && device.holds(Slot::A, &self.new));
        assert_eq!(device.entries(), ["box_1.0.efi", "box_1.1+3.efi"]);
        assert_eq!(std::fs::read(device.entry("box_1.1+3.efi")).unwrap(), self.new.kernel);
    }
}

/// What came of an installation.
struct Ran {
    printed: serde_json::Value,
    server: Hostile,
    device: Device,
    took: Duration,
}

/// Installs from a server with these twists, expects this exit code, and looks after the device.
fn run(what: &str, rules: Vec<Rule>, code: i32) -> Ran {
    let setting = Setting::get();
    let device = setting.device.twin();
    device.configure(NETWORK);
    let server = Hostile::start(&setting.device.path("server"), rules);
    let start = Instant::now();
    let output = device.updater(&["--json", "install", &server.url]);
    let took = start.elapsed();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(code), "{what}: {printed}{:#?}", server.log());
    let printed: serde_json::Value = serde_json::from_str(&printed).unwrap();
    if code == 0 {
        setting.is_installed(&device);
        // What counts is what came: all that was sent, but for what was on its way when an answer was given up.
        let (fetched, sent) = (printed["fetched"].as_u64().unwrap(), server.sent(""));
        let answers = server.requests("") as u64;
        assert!(fetched <= sent && sent <= fetched + answers * BUFFERS, "{what}: {fetched} {sent}");
    } else {
        setting.is_as_before(&device);
    }
    Ran { printed, server, device, took }
}

/// One rule for the content.
fn content(twists: Vec<Vec<Twist>>) -> Vec<Rule> {
    vec![(".content", twists)]
}

/// Installs in spite of these twists of every answer, for no more than the whole and the delta.
fn installs(what: &str, twists: Vec<Twist>) -> Ran {
    let setting = Setting::get();
    let ran = run(what, content(vec![twists]), 0);
    let (sent, most) = (ran.server.sent(".content"), setting.whole() + setting.needed());
    let answers = ran.server.requests(".content") as u64;
    assert!(sent <= most + answers * BUFFERS, "{what}: {sent} bytes were sent, {most} are enough");
    ran
}

fn message(ran: &Ran) -> &str {
    ran.printed["message"].as_str().unwrap()
}

#[test]
fn a_server_that_does_as_it_should_sends_the_delta() {
    let setting = Setting::get();
    let ran = installs("nothing is wrong", Vec::new());
    let (sent, needed) = (ran.server.sent(".content"), setting.needed());
    assert!(sent < needed + 20 * 2048 && needed < setting.whole() / 5, "{sent} {needed}");
    assert_eq!(ran.printed["fetched"].as_u64(), Some(ran.server.sent("")));
    assert_eq!(ran.printed["reused"].as_u64(), Some(setting.whole() - needed));
}

#[test]
fn a_server_without_ranges_sends_the_whole_once() {
    let setting = Setting::get();
    for (what, mut twists) in [
        ("with a length", Vec::new()),
        ("chunked", vec![Twist::Chunked]),
        ("HTTP/1.0", vec![Twist::Http10]),
        ("whose connections end", vec![Twist::Hangup]),
        ("whose answers are too long", vec![Twist::Long(1000)]),
    ] {
        twists.push(Twist::NoRanges);
        let ran = installs(what, twists);
        assert_eq!(ran.server.requests(".content"), 1, "{what}");
        let more = ran.server.sent(".content") - setting.whole();
        assert!(more <= 1000, "{what}: {more}");
        assert_eq!(ran.printed["fetched"].as_u64(), Some(ran.server.sent("") - more), "{what}");
    }
}

#[test]
fn a_part_may_begin_earlier_and_end_later() {
    for (what, twists) in [
        ("down to 4 KiB", vec![Twist::Down(4096)]),
        ("to blocks of 64 KiB", vec![Twist::Down(65_536), Twist::Up(65_536)]),
        ("down to 1 MiB", vec![Twist::Down(1 << 20)]),
        ("up to 1 MiB", vec![Twist::Up(1 << 20)]),
        ("to blocks of 1 MiB", vec![Twist::Down(1 << 20), Twist::Up(1 << 20)]),
        ("to everything", vec![Twist::WholePart]),
        ("in chunks", vec![Twist::Down(4096), Twist::Chunked]),
        ("in HTTP/1.0", vec![Twist::Http10]),
        ("without keeping connections", vec![Twist::Hangup]),
        ("longer than it says", vec![Twist::Long(5000)]),
    ] {
        installs(what, twists);
    }
}

#[test]
fn a_part_that_does_not_fit_is_asked_for_again() {
    for (what, twists) in [
        ("at most 64 KiB", vec![Twist::AtMost(65_536)]),
        ("less than a chunk", vec![Twist::AtMost(3000)]),
        ("an unknown length", vec![Twist::Total("*")]),
        ("an absurd length", vec![Twist::Total("9223372036854775807")]),
        ("a length of nothing", vec![Twist::Total("1")]),
        ("another part, later", vec![Twist::Shift(100_000)]),
        ("another part, earlier", vec![Twist::Shift(-100_000)]),
        ("no place", vec![Twist::NoPlace]),
        ("several parts", vec![Twist::Multipart]),
        ("other bytes, later", vec![Twist::Lie(7)]),
        ("other bytes, earlier", vec![Twist::Lie(-70_000)]),
    ] {
        installs(what, twists);
    }
    for status in [416, 400, 501] {
        run("no parts", content(vec![vec![Twist::Status(status, "")], Vec::new()]), 0);
    }
}

#[test]
fn an_answer_that_breaks_off_is_taken_up() {
    let setting = Setting::get();
    // The largest chunk has 64 KiB: each answer brings at least one.
    installs("each part after 70 KB", vec![Twist::Cut(70_000)]);
    // Without parts each attempt begins anew: as long as one gets further, it goes on; and there is an end.
    let answers = |cuts: &[usize]| cuts.iter().map(|cut| vec![Twist::NoRanges, Twist::Cut(*cut)]).collect();
    let ran = run("the whole, in the end", content(answers(&[700_000, usize::MAX])), 0);
    assert!(ran.server.sent(".content") < setting.whole() + 700_000 + BUFFERS);
    let ran = run("never the whole", content(answers(&[700_000])), 19);
    assert!(ran.server.requests(".content") <= 4, "{:?}", ran.server.log());
}

#[test]
fn a_slow_server_is_waited_for_and_a_dead_one_is_not() {
    // 400 kB/s: the whole takes twice as long as a single read may.
    let ran = installs("slow", vec![Twist::NoRanges, Twist::Slow(40_000, 100)]);
    assert!(ran.took > Duration::from_secs(5), "{:?}", ran.took);
    for (what, twist, printed) in [
        ("nothing", Twist::Stall(0), "timeout"),
        ("nothing more", Twist::Stall(100), "timeout"),
        ("two bytes a second", Twist::Slow(1, 500), "less than 1024 a second"),
        ("headers", Twist::Headers, ""),
    ] {
        for path in [".content", "timestamp.json"] {
            let ran = run(what, vec![(path, vec![vec![twist.clone()]])], 19);
            assert!(message(&ran).contains(printed), "{what}: {}", message(&ran));
            assert!(ran.took < Duration::from_secs(90), "{what}: {:?}", ran.took);
        }
    }
    run("nothing, once", content(vec![vec![Twist::Stall(5000)], Vec::new()]), 0);
}

#[test]
fn statuses_say_what_to_do() {
    // Static hosts answer 403 for what is not there: the chain of roots ends.
    let ran = run("403 for the next root", vec![("2.root.json", vec![vec![Twist::Status(403, "")]])], 0);
    assert_eq!(ran.server.requests("root.json"), 1);
    for (what, path, status, code) in [
        ("no timestamp", "timestamp.json", 404, 18),
        ("no timestamp for us", "timestamp.json", 403, 19),
        ("no content", ".content", 404, 18),
        ("no content any more", ".content", 410, 18),
        ("no content for us", ".content", 403, 19),
        ("no parts and no content", ".content", 416, 19),
        ("broken", ".content", 500, 19),
        ("broken at the root", "2.root.json", 503, 19),
        ("too many requests", "timestamp.json", 429, 19),
    ] {
        let ran = run(what, vec![(path, vec![vec![Twist::Status(status, "")]])], code);
        assert!(ran.server.requests(path) <= 3, "{what}: {:?}", ran.server.log());
    }
    let busy = |after: &'static str| vec![vec![Twist::Status(503, after)], Vec::new()];
    run(
        "broken once, everywhere",
        vec![("root", busy("")), ("timestamp", busy("")), ("index", busy("")), (".content", busy(""))],
        0,
    );
    let ran = run("a moment", content(busy("Retry-After: 1")), 0);
    assert!(ran.took >= Duration::from_secs(1), "{:?}", ran.took);
    let ran = run("an hour", content(busy("Retry-After: 3600")), 19);
    assert!(message(&ran).contains("left alone for 3600 seconds"), "{}", message(&ran));
    assert_eq!(ran.server.requests(".content"), 1);
}

#[test]
fn redirects_are_followed_a_few_times() {
    for to in ["{}/moved/{path}", "/moved/{path}"] {
        let ran = installs(to, vec![Twist::Redirect(to)]);
        let setting = Setting::get();
        assert!(ran.server.sent(".content") < setting.needed() + 20 * 2048, "parts are asked for there too");
    }
    for (to, code, printed) in [
        ("{}/{path}", 19, "redirects"),
        ("/{path}", 19, "redirects"),
        ("ftp://127.0.0.1/{path}", 19, ""),
        // For this client paths of the same server.
        ("http://", 18, "is not there"),
        ("file:///etc/passwd", 18, "is not there"),
    ] {
        let ran = run(to, content(vec![vec![Twist::Redirect(to)]]), code);
        assert!(message(&ran).contains(printed), "{to}: {}", message(&ran));
        assert!(ran.server.requests("") < 40, "{to}: {}", ran.server.requests(""));
    }
}

#[test]
fn damaged_bytes_are_never_installed() {
    let setting = Setting::get();
    // In a chunk that is wanted: once, as a proxy does whose copy is damaged, and for ever.
    let flip = Twist::Flip(70_000);
    let ran = run("once", content(vec![vec![flip.clone()], Vec::new()]), 0);
    assert!(ran.server.sent(".content") < setting.needed() + 20 * 2048 + 70_000);
    let fresh = ran.server.log().iter().filter(|sent| sent.fresh).count();
    assert!(fresh >= 1, "caches are asked to look again");
    for (what, twists) in [
        ("a byte", vec![flip.clone()]),
        ("a byte, without parts", vec![flip, Twist::NoRanges]),
        ("many", vec![Twist::Flips(1000)]),
        ("many, without parts", vec![Twist::Flips(1000), Twist::NoRanges]),
    ] {
        let ran = run(what, content(vec![twists]), 16);
        let sent = ran.server.sent(".content");
        assert!(sent <= 3 * setting.whole() + BUFFERS, "{what}: {sent}");
    }
    let index = run("the index", vec![(".index", vec![vec![Twist::Flip(100)]])], 16);
    assert_eq!(index.server.sent(".content"), 0);
    run("an encoding", content(vec![vec![Twist::Gzip]]), 19);
    run("an encoding of metadata", vec![("timestamp", vec![vec![Twist::Gzip]])], 19);
}

#[test]
fn what_is_read_before_it_is_believed_is_small() {
    let large = |bytes: usize| vec![Twist::Other(std::sync::Arc::new(vec![b' '; bytes]))];
    for (path, limit) in [
        ("timestamp.json", 16 << 10),
        ("snapshot.json", 64 << 10),
        ("2.root.json", 512 << 10),
        ("targets.json", 4 << 20),
    ] {
        // As the server says, or without saying how much it is.
        for twist in [None, Some(Twist::Chunked)] {
            let mut twists = large(limit + 1);
            twists.extend(twist);
            let ran = run(path, vec![(path, vec![twists])], 16);
            assert!(message(&ran).contains(&format!("more than {limit} bytes")), "{}", message(&ran));
        }
    }
}

#[test]
fn an_attempt_that_broke_off_is_taken_up_by_the_next_run() {
    let setting = Setting::get();
    let half = vec![vec![Twist::NoRanges, Twist::Cut(1_500_000)]];
    let Ran { device, .. } = run("half of it", content(half), 19);
    let polite = Hostile::start(&setting.device.path("server"), Vec::new());
    let printed = device.json(&["install", &polite.url], 0);
    setting.is_installed(&device);
    assert!(polite.sent(".content") < setting.needed() / 2 + 20 * 2048, "{printed}");
}

#[test]
fn a_slot_without_room_for_both_gives_up_the_older_version_first() {
    let setting = Setting::new(4);
    setting.device.configure(NETWORK);
    let server = setting.device.path("server");
    let broken = Hostile::start(&server, content(vec![vec![Twist::NoRanges, Twist::Cut(1_500_000)]]));
    setting.device.json(&["install", &broken.url], 19);
    assert!(setting.device.holds(Slot::B, &setting.runs));
    assert_eq!(setting.device.entries(), ["box_1.0.efi"]);
    let polite = Hostile::start(&server, content(vec![vec![Twist::NoRanges]]));
    setting.device.json(&["install", &polite.url], 0);
    setting.is_installed(&setting.device);
    assert_eq!(polite.requests(".content"), 1, "root and kernel come in one answer here too");
}
