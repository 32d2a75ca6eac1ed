//! What a project has, as `yoe list --state --json` lists it.

use serde::Deserialize;

/// What is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// What commands call it.
    pub name: String,
    /// Its version; empty where it has none.
    pub version: String,
    /// What it is for.
    pub description: String,
    /// Whether commands take it where nothing is named.
    pub default: bool,
    /// Absent where it is not known: a project without a lock has no keys.
    pub state: Option<State>,
    /// What a search looks at, in small letters.
    words: String,
}

/// What it is, in the order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// What is booted.
    Image,
    /// What is run as a container.
    OciImage,
    /// What is built and packaged.
    Unit,
    /// A build environment.
    Container,
}

/// Whether its result is in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Its last build failed, with the same inputs.
    Failed,
    /// A part of it is being made.
    Building,
    /// A build would do something.
    ToBuild,
    /// A build would do nothing.
    UpToDate,
}

impl Kind {
    /// All of them, in the order of the list.
    pub const ALL: [Kind; 4] = [Kind::Image, Kind::OciImage, Kind::Unit, Kind::Container];

    /// As `yoe list` says it.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Image => "image",
            Kind::OciImage => "OCI image",
            Kind::Unit => "unit",
            Kind::Container => "container",
        }
    }
}

impl State {
    /// All of them, the most urgent first.
    pub const ALL: [State; 4] = [State::Failed, State::Building, State::ToBuild, State::UpToDate];

    /// As `yoe list` says it.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Failed => "failed",
            State::Building => "building",
            State::ToBuild => "to build",
            State::UpToDate => "up to date",
        }
    }
}

impl Entry {
    /// An entry.
    pub fn new(
        kind: Kind,
        name: &str,
        version: &str,
        description: &str,
        default: bool,
        state: Option<State>,
    ) -> Self {
        let words = format!("{name} {description}").to_lowercase();
        let [name, version, description] = [name, version, description].map(str::to_owned);
        Self { kind, name, version, description, default, state, words }
    }

    /// Whether it holds each of these words, which are in small letters.
    pub(crate) fn has(&self, words: &[&str]) -> bool {
        words.iter().all(|word| self.words.contains(word))
    }
}

/// One of the list's objects.
#[derive(Deserialize)]
struct Listed {
    kind: String,
    name: String,
    version: Option<String>,
    description: String,
    default: bool,
    state: Option<String>,
}

/// The entries of a list, in order, and the name of the machine that they are for. Machines and workloads have no state and are left
/// out.
///
/// # Errors
/// A text that is no such list.
pub fn entries(json: &[u8]) -> Result<(Vec<Entry>, String), serde_json::Error> {
    let listed: Vec<Listed> = serde_json::from_slice(json)?;
    let machine = listed.iter().find(|one| one.kind == "machine" && one.default);
    let machine = machine.map(|machine| machine.name.clone()).unwrap_or_default();
    let mut entries: Vec<Entry> = listed.into_iter().filter_map(entry).collect();
    entries.sort_by(|one, other| (one.kind, &one.name).cmp(&(other.kind, &other.name)));
    Ok((entries, machine))
}

fn entry(one: Listed) -> Option<Entry> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == one.kind)?;
    let state = one.state.and_then(|text| State::ALL.into_iter().find(|state| state.as_str() == text));
    Some(Entry::new(kind, &one.name, &one.version.unwrap_or_default(), &one.description, one.default, state))
}
