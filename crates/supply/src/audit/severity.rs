//! How bad a hole is, by what its advisory says.

pub use yoe_model::HoleLevel as Level;

use super::osv::{Advisory, Affected};

/// The level of a score.
fn of_score(score: f64) -> Option<Level> {
    match score {
        score if score >= 9.0 => Some(Level::Critical),
        score if score >= 7.0 => Some(Level::High),
        score if score >= 4.0 => Some(Level::Medium),
        score if score > 0.0 => Some(Level::Low),
        _ => None,
    }
}

/// The level of an advisory: of its vector, or as its database names it. Absent when neither is there; vectors of CVSS 2 and 4
/// are not computed.
pub(super) fn of(advisory: &Advisory, affected: &[&Affected]) -> Option<Level> {
    let vectors = advisory.severity.iter().chain(affected.iter().flat_map(|affected| &affected.severity));
    let computed = vectors
        .filter(|severity| severity.kind == "CVSS_V3")
        .filter_map(|severity| base_score(&severity.score));
    let computed =
        computed.fold(None, |most: Option<f64>, score| Some(most.map_or(score, |most| most.max(score))));
    let specific =
        affected.iter().flat_map(|affected| [&affected.ecosystem_specific, &affected.database_specific]);
    let named = specific.chain([&advisory.database_specific]).flatten();
    let named = named.filter_map(|specific| Level::parse(specific.severity.as_deref()?)).max();
    computed.and_then(of_score).or(named)
}

/// The base score of a vector of CVSS 3.0 or 3.1 (section 7.1 and 7.4).
fn base_score(vector: &str) -> Option<f64> {
    let rest = vector.strip_prefix("CVSS:3.1/").or_else(|| vector.strip_prefix("CVSS:3.0/"))?;
    let metric = |name: &str| rest.split('/').find_map(|part| part.strip_prefix(name)?.strip_prefix(':'));
    let changed = metric("S")? == "C";
    let value = |name: &str, values: &[(&str, f64)]| {
        let given = metric(name)?;
        values.iter().find(|(letter, _)| *letter == given).map(|(_, value)| *value)
    };
    let vector = value("AV", &[("N", 0.85), ("A", 0.62), ("L", 0.55), ("P", 0.2)])?;
    let complexity = value("AC", &[("L", 0.77), ("H", 0.44)])?;
    let (low, high) = if changed { (0.68, 0.5) } else { (0.62, 0.27) };
    let privileges = value("PR", &[("N", 0.85), ("L", low), ("H", high)])?;
    let interaction = value("UI", &[("N", 0.85), ("R", 0.62)])?;
    let weight = |name: &str| value(name, &[("H", 0.56), ("L", 0.22), ("N", 0.0)]);
    let left = (1.0 - weight("C")?) * (1.0 - weight("I")?) * (1.0 - weight("A")?);
    let sub = 1.0 - left;
    let impact = if changed { 7.52 * (sub - 0.029) - 3.25 * (sub - 0.02).powi(15) } else { 6.42 * sub };
    if impact <= 0.0 {
        return Some(0.0);
    }
    let exploitability = 8.22 * vector * complexity * privileges * interaction;
    let sum = if changed { 1.08 * (impact + exploitability) } else { impact + exploitability };
    Some(round_up(sum.min(10.0)))
}

/// Rounds up to one decimal, as the standard's appendix A does.
fn round_up(score: f64) -> f64 {
    let scaled = (score * 100_000.0).round();
    if scaled % 10_000.0 == 0.0 { scaled / 100_000.0 } else { ((scaled / 10_000.0).floor() + 1.0) / 10.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_those_of_the_national_database() {
        for (vector, score) in [
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
            ("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 7.8),
            ("CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:N/I:N/A:L", 2.5),
            ("CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:H", 5.9),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0),
        ] {
            assert_eq!(base_score(vector), Some(score), "{vector}");
        }
        for wrong in ["", "CVSS:4.0/AV:N", "CVSS:3.1/AV:N", "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"] {
            assert_eq!(base_score(wrong), None, "{wrong}");
        }
    }
}
