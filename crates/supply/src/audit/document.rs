//! Bills of documents: CycloneDX, as far as an audit needs it. Documents are read in place, since hundreds of them are looked
//! through at once.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Deref;

use serde::Deserialize;
use yoe_model::Publisher;

use super::bill::Bill;
use super::parts::Part;
use crate::Purl;

/// A file that is no bill of materials that can be audited.
#[derive(Debug, thiserror::Error)]
pub enum BillError {
    /// It is no JSON.
    #[error("it is not JSON")]
    Json(#[source] serde_json::Error),
    /// It is of another format.
    #[error("it is not a CycloneDX document: its bomFormat is not \"CycloneDX\"")]
    Format,
}

/// A text, borrowed where it needs no unescaping.
#[derive(Deserialize)]
struct Word<'a>(#[serde(borrow)] Cow<'a, str>);

/// A text that may be absent.
type Text<'a> = Option<Word<'a>>;

impl Deref for Word<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(borrow)]
    bom_format: Text<'a>,
    #[serde(borrow, default)]
    metadata: Metadata<'a>,
    #[serde(borrow, default)]
    components: Vec<Component<'a>>,
    #[serde(borrow, default)]
    dependencies: Vec<Dependency<'a>>,
}

#[derive(Default, Deserialize)]
struct Metadata<'a> {
    #[serde(borrow)]
    timestamp: Text<'a>,
    #[serde(borrow)]
    manufacturer: Option<Organization<'a>>,
    #[serde(borrow, default)]
    component: Component<'a>,
}

#[derive(Deserialize)]
struct Organization<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow, default)]
    url: Vec<Word<'a>>,
    #[serde(borrow, default)]
    contact: Vec<Contact<'a>>,
}

#[derive(Deserialize)]
struct Contact<'a> {
    #[serde(borrow)]
    email: Text<'a>,
}

#[derive(Default, Deserialize)]
struct Component<'a> {
    #[serde(borrow, rename = "bom-ref")]
    reference: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    version: Text<'a>,
    #[serde(borrow)]
    purl: Text<'a>,
    #[serde(borrow, default)]
    pedigree: Pedigree<'a>,
    #[serde(borrow, default)]
    licenses: Vec<License<'a>>,
    #[serde(borrow, default)]
    properties: Vec<Property<'a>>,
    #[serde(borrow, default)]
    components: Vec<Component<'a>>,
}

#[derive(Deserialize)]
struct License<'a> {
    #[serde(borrow)]
    expression: Text<'a>,
    #[serde(borrow)]
    acknowledgement: Text<'a>,
    #[serde(borrow)]
    license: Option<NamedLicense<'a>>,
}

#[derive(Deserialize)]
struct NamedLicense<'a> {
    #[serde(borrow)]
    id: Text<'a>,
}

#[derive(Deserialize)]
struct Property<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    value: Text<'a>,
}

#[derive(Default, Deserialize)]
struct Pedigree<'a> {
    #[serde(borrow, default)]
    ancestors: Vec<Ancestor<'a>>,
    #[serde(borrow, default)]
    patches: Vec<Patch<'a>>,
}

#[derive(Deserialize)]
struct Ancestor<'a> {
    #[serde(borrow)]
    purl: Text<'a>,
}

#[derive(Deserialize)]
struct Patch<'a> {
    #[serde(borrow)]
    diff: Option<Diff<'a>>,
    #[serde(borrow, default)]
    resolves: Vec<Issue<'a>>,
}

#[derive(Deserialize)]
struct Diff<'a> {
    #[serde(borrow)]
    url: Text<'a>,
}

#[derive(Deserialize)]
struct Issue<'a> {
    #[serde(borrow)]
    id: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dependency<'a> {
    #[serde(borrow, rename = "ref")]
    from: Text<'a>,
    #[serde(borrow, default)]
    depends_on: Vec<Word<'a>>,
}

impl Bill {
    /// The bill of a CycloneDX document.
    ///
    /// # Errors
    /// When the text is no such document.
    pub fn parse(text: &[u8]) -> Result<Self, BillError> {
        // Programs of Windows begin a text with a mark that JSON does not know.
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        // A text is checked once rather than word by word.
        let text = std::str::from_utf8(text)
            .map_err(|_| BillError::Json(serde::de::Error::custom("it is not UTF-8")))?;
        let document: Document<'_> = serde_json::from_str(text).map_err(BillError::Json)?;
        if document.bom_format.as_deref() != Some("CycloneDX") {
            return Err(BillError::Format);
        }
        let main = &document.metadata.component;
        let arch = main.properties.iter().find(|property| property.name.as_deref() == Some("yoe:arch"));
        let components = nested(&document.components);
        let packages = packages_of(&document, &components);
        let parts = components.iter().filter_map(|component| {
            let purl = Purl::parse(component.purl.as_deref()?).ok()?;
            let of = component.reference.as_deref().and_then(|reference| packages.get(reference));
            // Our packages are audited by what is in them, and so are files.
            let whole = purl.kind != "apk" && component.kind.as_deref() != Some("file");
            whole.then(|| part(component, purl, of.cloned().unwrap_or_default()))
        });
        let apk = components.iter().filter(|component| is_package(component));
        let named = apk.map(|component| (owned(&component.name), owned(&component.purl)));
        let made = || Purl::new("generic", &owned(&main.name), &owned(&main.version)).to_string();
        Ok(Self {
            subject: format!("{} {}", owned(&main.name), owned(&main.version)),
            arch: arch.map(|property| owned(&property.value)).unwrap_or_default(),
            // Documents of before had none.
            purl: main.purl.as_deref().map_or_else(made, str::to_owned),
            time: owned(&document.metadata.timestamp),
            publisher: document.metadata.manufacturer.as_ref().and_then(publisher),
            packages: named.collect(),
            parts: parts.collect(),
            ..Self::default()
        })
    }
}

fn owned(text: &Text<'_>) -> String {
    text.as_deref().unwrap_or_default().to_owned()
}

fn publisher(of: &Organization<'_>) -> Option<Publisher> {
    let email = of.contact.first().and_then(|contact| contact.email.as_deref());
    Some(Publisher {
        name: of.name.as_deref()?.to_owned(),
        url: of.url.first().map(|url| url.to_string()),
        email: email.map(str::to_owned),
    })
}

fn part(component: &Component<'_>, purl: Purl, packages: BTreeSet<String>) -> Part {
    let pedigree = &component.pedigree;
    let ancestors = pedigree.ancestors.iter();
    let closes = pedigree.patches.iter().flat_map(|patch| {
        let name = patch.diff.as_ref().map(|diff| owned(&diff.url)).unwrap_or_default();
        patch.resolves.iter().map(move |issue| (owned(&issue.id), name.clone()))
    });
    Part {
        name: owned(&component.name),
        version: owned(&component.version),
        purl,
        ancestors: ancestors.filter_map(|ancestor| Purl::parse(ancestor.purl.as_deref()?).ok()).collect(),
        closes: closes.collect(),
        packages,
        license: license(&component.licenses),
    }
}

/// The licence that it is handed out under: the one that somebody concluded, otherwise the first that is named.
fn license(licenses: &[License<'_>]) -> Option<String> {
    let concluded = licenses.iter().find(|one| one.acknowledgement.as_deref() == Some("concluded"));
    // What was declared alone was not concluded: of our own bills, since it is not known.
    let others = licenses.iter().filter(|one| one.acknowledgement.is_none());
    let named = |one: &License<'_>| {
        let id = one.license.as_ref().and_then(|license| license.id.as_deref());
        one.expression.as_deref().or(id).map(str::to_owned)
    };
    concluded.into_iter().chain(others).find_map(named)
}

/// Whether it is a package of ours. A file of one is named by its package and a place in it.
fn is_package(component: &Component<'_>) -> bool {
    component.kind.as_deref() != Some("file")
        && component.purl.as_deref().is_some_and(|purl| purl.starts_with("pkg:apk/"))
}

/// All components of a list, with those within them.
fn nested<'d, 'a>(list: &'d [Component<'a>]) -> Vec<&'d Component<'a>> {
    let (mut all, mut open): (Vec<&Component<'_>>, Vec<&Component<'_>>) =
        (Vec::new(), list.iter().rev().collect());
    while let Some(component) = open.pop() {
        open.extend(component.components.iter().rev());
        all.push(component);
    }
    all
}

/// For each reference, the names of the packages whose dependencies lead to it without going through another package.
fn packages_of<'d>(
    document: &'d Document<'_>,
    components: &[&'d Component<'_>],
) -> HashMap<&'d str, BTreeSet<String>> {
    let mut edges: HashMap<&str, Vec<&str>> = HashMap::new();
    for dependency in &document.dependencies {
        let on = dependency.depends_on.iter().map(Deref::deref);
        edges.entry(dependency.from.as_deref().unwrap_or_default()).or_default().extend(on);
    }
    let packages: BTreeMap<&str, String> = components
        .iter()
        .filter(|component| is_package(component))
        .filter_map(|component| Some((component.reference.as_deref()?, owned(&component.name))))
        .collect();
    let mut found: HashMap<&str, BTreeSet<String>> = HashMap::new();
    for (reference, name) in &packages {
        let (mut open, mut seen) = (vec![*reference], BTreeSet::new());
        while let Some(next) = open.pop() {
            for held in edges.get(next).into_iter().flatten().filter(|held| !packages.contains_key(*held)) {
                // Files hold nothing.
                if !held.starts_with("file:") && seen.insert(*held) {
                    open.push(held);
                    found.entry(held).or_default().insert(name.clone());
                }
            }
        }
    }
    found
}
