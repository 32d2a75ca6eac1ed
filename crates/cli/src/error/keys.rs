//! Errors of keys, with what to do about them.

use yoe_keys::KeysError;

use super::{CommandError, Kind};

impl From<KeysError> for CommandError {
    fn from(error: KeysError) -> Self {
        use KeysError as E;
        let kind = match &error {
            E::NoUpdateKeys(_) | E::UpdateKeysExist(_) | E::Threshold { .. } | E::NoSigningTools(_) => {
                Kind::User
            }
            E::MakePackageKey(_) | E::MakeUpdateKey(_) | E::NoRoot | E::SecureBootTools(_) => Kind::Internal,
            _ => Kind::Config,
        };
        let hint = hint(&error);
        let elsewhere = matches!(error, E::PackageKeyFile { .. } | E::File { .. });
        let reported = Self::of(kind, error);
        let reported = if elsewhere { reported.where_to_write("XDG_DATA_HOME") } else { reported };
        hint.into_iter().fold(reported, Self::hint)
    }
}

fn hint(error: &KeysError) -> Option<&'static str> {
    Some(match error {
        KeysError::NoUpdateKeys(_) => {
            "`yoe keys make` makes them, once for a project; `yoe keys export` writes the public part for images"
        }
        KeysError::UpdateKeysExist(_) => {
            "`yoe keys rotate` replaces them; devices would not take updates by keys that are made anew"
        }
        KeysError::RootExpired(_) => "`yoe keys rotate root` makes root metadata that is valid again",
        KeysError::NotEnough(_) => "`yoe keys list` shows which keys there are and which of them are here",
        KeysError::NoSigningTools(_) => "the module units-core has one",
        _ => return None,
    })
}
