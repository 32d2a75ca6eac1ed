//! Why a service cannot run.

use yoe_model::Origin;

/// Something wrong with a service of an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the fields are what the messages name")]
pub enum ServiceError {
    /// Nothing would start it.
    #[error(
        "{origin}: the services of image {image:?} are for {init}, but no package holds {program}; add {init:?} to artifacts, or name another init"
    )]
    NoInit { origin: Origin, image: String, init: &'static str, program: &'static str },
    /// Its program is in no package of the image.
    #[error(
        "{origin}: service {service:?} starts {program}, which is not in image {image:?}{}; add the unit that holds it to artifacts, or correct the path",
        hint(near)
    )]
    NoProgram { origin: Origin, service: String, program: String, image: String, near: Option<String> },
    /// Its program cannot be executed.
    #[error(
        "{origin}: service {service:?} starts {program}, which is {kind}; expected a file with mode 0755"
    )]
    NotExecutable { origin: Origin, service: String, program: String, kind: String },
    /// Its program is not named by its whole path.
    #[error(
        "{origin}: service {service:?} starts {program:?}; expected an absolute path, such as \"/usr/bin/{program}\""
    )]
    Relative { origin: Origin, service: String, program: String },
    /// It starts nothing.
    #[error(
        "{origin}: service {0:?} has an empty command; expected a program's path and its arguments",
        service
    )]
    NoCommand { origin: Origin, service: String },
    /// It waits for what nobody brings about.
    #[error(
        "{origin}: service {service:?} needs {need:?}, which is neither a service of image {image:?} nor a milestone{}; milestones: {milestones}",
        hint(near)
    )]
    UnknownNeed {
        origin: Origin,
        service: String,
        need: String,
        image: String,
        near: Option<String>,
        milestones: String,
    },
    /// Services wait for one another.
    #[error("{origin}: services wait for one another: {}", .path.join(" needs "))]
    Circle { origin: Origin, path: Vec<String> },
    /// A limit that setrlimit(2) does not know.
    #[error(
        "{origin}: service {service:?} limits {limit:?}, which is not a resource limit{}; expected one of {expected}",
        hint(near)
    )]
    UnknownLimit { origin: Origin, service: String, limit: String, near: Option<String>, expected: String },
    /// Two services of one name.
    #[error("{origin}: service {service:?} is also defined at {other}; names are unique within an image")]
    Twice { origin: Origin, service: String, other: Origin },
    /// A name that cannot be a file's name.
    #[error(
        "{origin}: {service:?} is not a service name: expected letters, digits, \"_\" and \"-\", beginning with a letter or digit"
    )]
    Name { origin: Origin, service: String },
    /// A variable that no shell can export.
    #[error(
        "{origin}: service {service:?} sets {variable:?}, which is not the name of a variable: expected letters, digits and \"_\", not beginning with a digit"
    )]
    Variable { origin: Origin, service: String, variable: String },
}

fn hint(near: &Option<String>) -> String {
    near.as_ref().map(|near| format!(" (near: {near})")).unwrap_or_default()
}
