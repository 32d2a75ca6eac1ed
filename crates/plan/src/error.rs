//! What planning can refuse.

use yoe_model::Origin;

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A name on the command line that nothing has.
    #[error("nothing in this project is called {name:?}{}", near(.hint))]
    UnknownTarget {
        /// The name that was given.
        name: String,
        /// The nearest name that exists.
        hint: Option<String>,
    },
    /// A unit speaks of one that does not exist.
    #[error("{origin}: unit {unit:?} needs {missing:?} ({field}), which does not exist{}", near(.hint))]
    MissingUnit {
        /// Where the unit is defined.
        origin: Origin,
        /// The unit.
        unit: String,
        /// The name that is missing.
        missing: String,
        /// The field that speaks of it.
        field: &'static str,
        /// The nearest name that exists.
        hint: Option<String>,
    },
    /// A container that does not exist.
    #[error("{origin}: {user} builds in container {container:?}, which does not exist{}", near(.hint))]
    MissingContainer {
        /// Where its user is defined.
        origin: Origin,
        /// The unit or image.
        user: String,
        /// The name that is missing.
        container: String,
        /// The nearest name that exists.
        hint: Option<String>,
    },
    /// An OCI image of a container whose packages are for another processor.
    #[error(
        "{origin}: OCI image {image:?} is a copy of the container {container:?}, whose package {package:?} is not for {arch}: run \
         `yoe lock`, which adds those that are, for the machines of the project"
    )]
    OciArch {
        /// Where the image is defined.
        origin: Origin,
        /// The image.
        image: String,
        /// Its container.
        container: String,
        /// A package of it.
        package: String,
        /// The architecture that is built for.
        arch: String,
    },
    /// The lock says nothing of a source whose bytes it must name.
    #[error("{origin}: {name} is not locked")]
    NotLocked {
        /// Where the source is named.
        origin: Origin,
        /// What the lock calls it.
        name: String,
    },
    /// Units that need each other to be built.
    #[error("units need each other to be built: {}", .path.join(" -> "))]
    Cycle {
        /// Names along the cycle; the first and the last are the same.
        path: Vec<String>,
    },
}

fn near(hint: &Option<String>) -> String {
    hint.as_ref().map(|name| format!("; did you mean {name:?}?")).unwrap_or_default()
}

/// The candidate nearest to a name, when one is near enough to be meant.
pub(crate) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a String>) -> Option<String> {
    yoe_model::nearest(name, candidates.map(String::as_str)).map(str::to_owned)
}
