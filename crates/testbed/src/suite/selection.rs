//! Which of an image's tests a run has.

use yoe_model::ImageTest;

/// The test that every run begins with.
pub(super) const BOOTS: &str = "boots";
/// The test that every run ends with.
pub(super) const POWERS_OFF: &str = "powers-off";

/// Which tests are chosen. By default all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Selection<'a> {
    /// Only those whose name contains this.
    pub filter: Option<&'a str>,
    /// Without those whose name contains one of these.
    pub skip: &'a [String],
}

/// No test's name contains a text that was to choose some.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no test's name contains {text:?}: there are {}", names.join(", "))]
pub struct SelectionError {
    /// What was looked for.
    pub text: String,
    /// What there is.
    pub names: Vec<String>,
}

impl Selection<'_> {
    /// Whether some tests may be left out.
    pub fn is_partial(&self) -> bool {
        self.filter.is_some() || !self.skip.is_empty()
    }

    /// The names of the tests that a run has, in the order of the run. `boots` and `powers-off` are part of every run.
    ///
    /// # Errors
    /// When one of the texts is in no name: whoever skips a test that was renamed should know.
    pub fn names<'t>(&self, tests: &'t [ImageTest]) -> Result<Vec<&'t str>, SelectionError> {
        let own = || tests.iter().map(|test| test.name.as_str());
        let all = || [BOOTS].into_iter().chain(own()).chain([POWERS_OFF]);
        let no_match = |text: &str, among: Vec<&str>| SelectionError {
            text: text.to_owned(),
            names: among.into_iter().map(str::to_owned).collect(),
        };
        if let Some(text) = self.filter.filter(|text| !all().any(|name| name.contains(text))) {
            return Err(no_match(text, all().collect()));
        }
        if let Some(text) = self.skip.iter().find(|text| !own().any(|name| name.contains(text.as_str()))) {
            return Err(no_match(text, own().collect()));
        }
        let wanted = |name: &str| {
            self.filter.is_none_or(|text| name.contains(text))
                && !self.skip.iter().any(|text| name.contains(text))
        };
        Ok(all().filter(|name| wanted(name) || [BOOTS, POWERS_OFF].contains(name)).collect())
    }
}

#[cfg(test)]
mod tests;
