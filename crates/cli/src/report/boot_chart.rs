//! The first boot as bars: how long each stretch of it took, one below the other.

use yoe_vm::test::Moment;

use super::page::escaped;
use super::text::seconds;

const WIDTH: f64 = 960.0;
const ROW: f64 = 28.0;
/// Room for names at the left, and for times at the right.
const NAMES: f64 = 220.0;
const TIMES: f64 = 120.0;

/// Moments as an SVG picture.
pub fn svg(moments: &[Moment]) -> String {
    let end = moments.last().map_or(1.0, |moment| moment.seconds).max(0.001);
    let scale = (WIDTH - NAMES - TIMES) / end;
    let begins = [0.0].into_iter().chain(moments.iter().map(|moment| moment.seconds));
    let rows = moments.iter().zip(begins).enumerate();
    let rows: String = rows.map(|(index, (moment, begin))| row(index, moment, begin, scale)).collect();
    let height = ROW * moments.len() as f64;
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"The first boot\">\n{rows}</svg>\n"
    )
}

fn row(index: usize, moment: &Moment, begin: f64, scale: f64) -> String {
    let y = index as f64 * ROW;
    let (x, width) = (NAMES + begin * scale, (moment.seconds - begin) * scale);
    format!(
        "<text class=\"dark\" x=\"0\" y=\"{:.1}\">{}</text><rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"#2f5d8a\"/><text class=\"dark\" x=\"{:.1}\" y=\"{:.1}\">{}</text>\n",
        y + 18.0,
        escaped(&moment.name),
        y + 4.0,
        width.max(1.0),
        ROW - 8.0,
        x + width.max(1.0) + 6.0,
        y + 18.0,
        seconds(moment.seconds),
    )
}
