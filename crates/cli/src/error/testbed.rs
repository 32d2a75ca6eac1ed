//! Errors around a device under test, with what to do about them.

use yoe_testbed::TestbedError;

use super::{CommandError, Kind};

impl From<TestbedError> for CommandError {
    fn from(error: TestbedError) -> Self {
        use TestbedError as E;
        match error {
            E::Keys(error) => error.into(),
            E::Update(error) => error.into(),
            E::Credential(_) => Self::new(Kind::Internal, error.to_string()),
            E::DiskFile { .. } | E::SmallDisk { .. } => Self::of(Kind::User, error),
            E::Records(_) => Self::of(Kind::Config, error).where_to_write("XDG_STATE_HOME"),
            E::NoWorkloads(_) => Self::of(Kind::User, error),
            E::NoSweep(_) => {
                Self::of(Kind::User, error).hint("omit --cuts, or add sweep = sweep(…) to one of its tests")
            }
            E::NoUpdateServer { container, .. } => Self::of(Kind::User, error).hint(format!(
                "define container(name = {container:?}, …) with the package lighttpd, as units-core does"
            )),
            E::Server { ref log, .. } => {
                let hint = format!("all that it said is in {}", log.display());
                Self::of(Kind::Config, error).hint(hint)
            }
            E::NoRecord(ref image) => {
                let hint = makes_one(image);
                Self::of(Kind::User, error).hint(hint)
            }
            E::Record { ref image, .. } => {
                let hint = makes_one(image);
                Self::of(Kind::Config, error).hint(hint)
            }
            E::Host { .. } => Self::of(Kind::Config, error),
        }
    }
}

fn makes_one(image: &str) -> String {
    format!("`yoe test {image}` makes one")
}
