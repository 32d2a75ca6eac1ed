//! The first boot as bars: how long each stretch of it took, one below the other.

use yoe_testbed::suite::Moment;

use super::text::escaped;
use super::text::seconds;

/// Moments as rows of a page: a name, a bar from the moment before to this one, how long that took, and when it was over.
pub fn html(moments: &[Moment]) -> String {
    let end = moments.last().map_or(1.0, |moment| moment.seconds).max(0.001);
    let begins = [0.0].into_iter().chain(moments.iter().map(|moment| moment.seconds));
    let rows: String = moments.iter().zip(begins).map(|(moment, begin)| row(moment, begin, end)).collect();
    let head = "<b>until</b><span></span><b class=\"number\">took</b><b class=\"number\">since power-on</b>";
    format!("<div class=\"boot\">\n{head}\n{rows}</div>\n")
}

fn row(moment: &Moment, begin: f64, end: f64) -> String {
    let [left, width] = [begin, moment.seconds - begin].map(|length| length / end * 100.0);
    format!(
        "<span>{}</span><span><i style=\"margin-left:{left:.2}%;width:{width:.2}%\"></i></span><span class=\"number\">{}</span>\
         <span class=\"number\">{}</span>\n",
        escaped(&moment.name),
        seconds(moment.seconds - begin),
        seconds(moment.seconds),
    )
}
