//! The image's accounts and its time zone, in a root whose packages are merged.

use std::collections::BTreeMap;

use yoe_model::{Image, User};

use super::tree::RootTree;
use crate::ImageError;

const PASSWD: &str = "etc/passwd";
const GROUP: &str = "etc/group";
const SHADOW: &str = "etc/shadow";
const SHELLS: &str = "etc/shells";
/// The homes to be made at each start, with their owners.
const HOMES: &str = "usr/lib/yoe/users";
/// A file for each user who may log in by SSH.
const KEYS: &str = "usr/lib/yoe/authorized_keys";
/// The shell that is none.
const NOLOGIN: &str = "/sbin/nologin";
/// Where the rules of time zones are.
const ZONES: &str = "usr/share/zoneinfo";

/// The account files of a root, line by line (passwd(5), group(5), shadow(5)).
struct Accounts<'a> {
    image: &'a Image,
    passwd: Vec<Vec<String>>,
    group: Vec<Vec<String>>,
    shadow: Vec<Vec<String>>,
}

/// Adds accounts and the time zone.
///
/// # Errors
/// When an account has a name or a number of another, a group or a shell that is not there, or the zone has no rules.
pub(super) fn add(tree: &mut RootTree, image: &Image) -> Result<(), ImageError> {
    let path = std::path::Path::new("the root tree");
    zone(tree, image)?;
    if image.users.is_empty() {
        return Ok(());
    }
    let read = |file| tree.text(file).map_err(ImageError::io("read", path));
    let fields = |file| Ok::<_, ImageError>(rows(&read(file)?.unwrap_or_default()));
    let (passwd, group, shadow) = (fields(PASSWD)?, fields(GROUP)?, fields(SHADOW)?);
    let mut shells = read(SHELLS)?.unwrap_or_default();
    let mut accounts = Accounts { image, passwd, group, shadow };
    for user in &image.users {
        if !tree.leads_to_file(&user.shell) {
            return Err(accounts.wrong(user, "has a shell that is not in the image"));
        }
        accounts.add(user)?;
        if user.shell != NOLOGIN && !shells.lines().any(|line| line == user.shell) {
            shells += &format!("{}\n", user.shell);
        }
    }
    let mut files = BTreeMap::from([
        (PASSWD.to_owned(), (text(&accounts.passwd), 0o644)),
        (GROUP.to_owned(), (text(&accounts.group), 0o644)),
        (SHADOW.to_owned(), (text(&accounts.shadow), 0o600)),
        (SHELLS.to_owned(), (shells, 0o644)),
        (HOMES.to_owned(), (homes(&image.users), 0o644)),
    ]);
    for user in image.users.iter().filter(|user| !user.ssh_keys.is_empty()) {
        let keys = user.ssh_keys.iter().map(|key| format!("{key}\n")).collect();
        files.insert(format!("{KEYS}/{}", user.name), (keys, 0o644));
    }
    for (name, (text, mode)) in files {
        tree.put(&name, &text, mode).map_err(ImageError::io("write a file of", path))?;
    }
    Ok(())
}

impl Accounts<'_> {
    fn add(&mut self, user: &User) -> Result<(), ImageError> {
        let hash = user.password_hash.clone().unwrap_or_else(|| "!".to_owned());
        if user.name == User::ROOT {
            self.root(user, hash)?;
        } else {
            self.person(user, hash)?;
        }
        for name in &user.groups {
            let group = self.group.iter_mut().find(|group| group.first() == Some(name));
            let Some(members) = group.and_then(|group| group.get_mut(3)) else {
                return Err(
                    self.wrong(user, "is to be in a group that is not in /etc/group of the image's packages")
                );
            };
            *members = [members.as_str(), &user.name]
                .into_iter()
                .filter(|name| !name.is_empty())
                .collect::<Vec<_>>()
                .join(",");
        }
        Ok(())
    }

    /// Root has an account already.
    fn root(&mut self, user: &User, hash: String) -> Result<(), ImageError> {
        let of = |row: &&mut Vec<String>| row.first().is_some_and(|name| name == User::ROOT);
        let (account, shadow) = (self.passwd.iter_mut().find(of), self.shadow.iter_mut().find(of));
        let (Some(shell), Some(password)) =
            (account.and_then(|row| row.get_mut(6)), shadow.and_then(|row| row.get_mut(1)))
        else {
            return Err(
                self.wrong(user, "has no line in /etc/passwd and /etc/shadow of the image's packages")
            );
        };
        (*shell, *password) = (user.shell.clone(), hash);
        Ok(())
    }

    fn person(&mut self, user: &User, hash: String) -> Result<(), ImageError> {
        let number = user.uid.to_string();
        let taken = |rows: &[Vec<String>]| {
            rows.iter().any(|row| row.first() == Some(&user.name) || row.get(2) == Some(&number))
        };
        if taken(&self.passwd) {
            return Err(self.wrong(user, "has the name or the number of an account of the image's packages"));
        }
        if taken(&self.group) {
            return Err(self.wrong(user, "has the name or the number of a group of the image's packages"));
        }
        let row = |fields: &[&str]| fields.iter().map(|field| (*field).to_owned()).collect();
        let name = user.name.as_str();
        self.passwd.push(row(&[name, "x", &number, &number, name, &user.home(), &user.shell]));
        self.group.push(row(&[name, "x", &number, ""]));
        self.shadow.push(row(&[name, &hash, "", "", "", "", "", "", ""]));
        Ok(())
    }

    fn wrong(&self, user: &User, problem: &'static str) -> ImageError {
        ImageError::Field {
            origin: user.origin.clone(),
            image: self.image.name.clone(),
            field: "the user",
            value: user.name.clone(),
            problem,
        }
    }
}

fn rows(text: &str) -> Vec<Vec<String>> {
    text.lines().map(|line| line.split(':').map(str::to_owned).collect()).collect()
}

fn text(rows: &[Vec<String>]) -> String {
    rows.iter().map(|row| format!("{}\n", row.join(":"))).collect()
}

fn homes(users: &[User]) -> String {
    let people = users.iter().filter(|user| user.name != User::ROOT);
    people.map(|user| format!("{} {}:{}\n", user.home(), user.uid, user.uid)).collect()
}

/// Which rules of time zones count, as timedatectl(1) leaves it: a link, and a name for who reads that.
fn zone(tree: &mut RootTree, image: &Image) -> Result<(), ImageError> {
    let Some(zone) = &image.timezone else { return Ok(()) };
    if !tree.leads_to_file(&format!("{ZONES}/{zone}")) {
        return Err(ImageError::Field {
            origin: image.origin.clone(),
            image: image.name.clone(),
            field: "timezone",
            value: zone.clone(),
            problem: "is in no package of the image below /usr/share/zoneinfo; add the unit tzdata, or one whose rules are newer",
        });
    }
    tree.put_link("etc/localtime", &format!("../{ZONES}/{zone}"));
    let path = std::path::Path::new("the root tree");
    tree.put("etc/timezone", &format!("{zone}\n"), 0o644).map_err(ImageError::io("write a file of", path))
}
