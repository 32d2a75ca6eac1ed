//! `test`.

use yoe_model::{ImageTest, Measure, Reach, Size, Sweep, TestBoot};

use crate::arguments::numbers::Whole;
use crate::arguments::text::Line;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Made, Part};
use crate::problem::{Place, Problem};
use crate::session::FileKind;

arguments! {
    /// An assertion on the booted image, for `yoe test`.
    "test" => pub(crate) struct Arguments {
        /// The name, unique in its image.
        [positional] name: Line,
        /// Shell text, run as root on the device. It ends with the first command that fails (`set -e`); a line that begins with
        /// `!` can be its last one alone, since the shell passes over it anywhere else.
        run: String,
        /// Text that its standard output must contain.
        expect: Option<String> = None,
        /// The exit status that it must end with.
        status: Whole<0, 255> = Whole(0),
        /// Seconds until it counts as failed. A reset by itself that it waits for may take as long, too.
        timeout: Whole<1, 86_400> = Whole(60),
        /// What becomes of the device before it: nothing, a clean restart, a loss of power, or a reset by itself that an
        /// earlier test brought about (a panic, a watchdog). Its disk is kept.
        boot: TestBoot = TestBoot::Same,
        /// How many boots fail (the kernel panics, or something resets the machine) before the one that it runs on. The
        /// device is restarted first.
        failed_boots: Whole<0, 9> = Whole(0),
        /// Memory of the device while it runs; the device is restarted when it has another.
        memory: Option<Size> = None,
        /// Whether the device's clock goes on while it is off, as with a battery; without one it starts in the year 2000. The
        /// device is restarted when that changes.
        battery: bool = true,
        /// A port of the device that the host must reach once `run` has succeeded.
        reach: Option<Reach> = None,
        /// The figure that it yields, for `yoe report`.
        measure: Option<Measure> = None,
        /// Losses of power at random moments of some work, which it must outlive. The device is restarted first.
        sweep: Option<Sweep> = None,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        if let Some(line) = unchecked(&self.run) {
            let message = format!("`{line}` is never checked: `set -e` passes over what begins with `!`");
            let problem = Problem::error(Place::argument(call.site, "run"), message);
            call.report(
                problem
                    .expected("`! COMMAND` as the last line alone")
                    .hint("write `if COMMAND; then exit 1; fi`"),
            );
            return None;
        }
        let value = ImageTest {
            name: self.name.into(),
            run: self.run,
            expect: self.expect,
            status: self.status.0,
            timeout: self.timeout.0,
            boot: self.boot,
            failed_boots: self.failed_boots.0,
            memory: self.memory,
            battery: self.battery,
            reach: self.reach,
            measure: self.measure,
            sweep: self.sweep,
            origin: call.site.origin(),
        };
        Some(Part::Test(Made { value, site: call.site.clone() }))
    }
}

/// The first line that begins with `!` and is not the last one: `set -e` does not end a script there (POSIX, "set", -e, exception 2).
fn unchecked(script: &str) -> Option<&str> {
    let mut lines = script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.next_back()?;
    lines.find(|line| line.starts_with("! "))
}
