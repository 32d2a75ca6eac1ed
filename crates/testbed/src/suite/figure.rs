//! Figures that tests yield.

use std::time::Duration;

use yoe_model::{ImageTest, Measure, MeasureUnit};

use super::report::{Figure, TestError};
use yoe_vm::{Guest, Output};

/// How long the device may take to tell its uptime.
const UPTIME_WITHIN: Duration = Duration::from_secs(60);

/// What a test yielded, in the terms of the record.
pub(super) fn read(measure: &Measure, output: &Output, guest: &mut Guest<'_>) -> Result<f64, TestError> {
    if measure.unit == MeasureUnit::Elapsed {
        return Ok(output.seconds);
    }
    let missing = || TestError::Figure { name: measure.name.clone(), found: output.stdout.clone() };
    let value = last_number(&output.stdout).ok_or_else(missing)?;
    if measure.unit != MeasureUnit::Uptime {
        return Ok(value);
    }
    // The kernel's clock starts when the kernel does; the machine was started before that.
    let before = guest.console().elapsed();
    let output = guest.run("cat /proc/uptime", UPTIME_WITHIN)?;
    let middle = (before + guest.console().elapsed()) / 2;
    let now =
        output.stdout.split(' ').next().and_then(|word| word.parse::<f64>().ok()).ok_or_else(missing)?;
    Ok((value + middle.as_secs_f64() - now).max(0.0))
}

/// A figure with its test.
pub(super) fn figure(measure: &Measure, value: f64, test: &ImageTest, boot: usize) -> Figure {
    Figure {
        name: measure.name.clone(),
        unit: measure.unit.as_str().to_owned(),
        value,
        test: test.name.clone(),
        boot,
        memory: test.memory.map(|size| size.0),
    }
}

/// The last word, when it is a number.
fn last_number(text: &str) -> Option<f64> {
    text.split_whitespace().last()?.parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_is_the_number() {
        assert_eq!(last_number("MemUsed: 1\n 42.5\n"), Some(42.5));
        assert_eq!(last_number("12 kB"), None);
        assert_eq!(last_number("inf"), None);
        assert_eq!(last_number("\n"), None);
    }
}
