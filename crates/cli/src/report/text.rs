//! Numbers for people.

use yoe_model::Size;
use yoe_testbed::suite::Figure;

/// Bytes.
pub fn bytes(count: u64) -> String {
    Size(count).to_string()
}

/// Seconds with their unit.
pub fn seconds(seconds: f64) -> String {
    format!("{seconds:.1} s")
}

/// A figure with its unit.
pub fn figure(figure: &Figure) -> String {
    match figure.unit.as_str() {
        // A count of bytes is whole and not negative; what is not is shown as zero.
        "bytes" => bytes(figure.value.max(0.0) as u64),
        "seconds" | "elapsed" | "uptime" => seconds(figure.value),
        _ => format!("{}", figure.value),
    }
}

/// Text that HTML shows as it is.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A part of a whole in percent.
pub fn share(part: u64, whole: u64) -> String {
    format!("{:.1} %", part as f64 * 100.0 / whole.max(1) as f64)
}

/// How tests ended.
pub fn tests(tests: &super::Tests) -> String {
    let of_another = if tests.of_another_build { ", on another build of this image" } else { "" };
    let of_some = if tests.of_some { ", of a run of some tests" } else { "" };
    format!(
        "{} passed, {} failed, {} skipped{of_some}{of_another}",
        tests.passed, tests.failed, tests.skipped
    )
}
