//! `user`.

use yoe_model::User;

use crate::arguments::accounts::{Account, PasswordHash, Shell, SshKey};
use crate::arguments::numbers::Whole;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Made, Part};
use crate::problem::{Place, Problem};
use crate::session::FileKind;

/// Numbers below it belong to packages' own accounts.
const FIRST: u32 = 200;

arguments! {
    /// An account of an image's devices. Its home is /home/NAME, and a group of its name and number comes with it. The image
    /// decides its password and its keys at each start; what is changed on the device is forgotten.
    "user" => pub(crate) struct Arguments {
        /// The name. `root`, whose number is 0, is there anyway: this gives it keys or a password.
        name: Account,
        /// The number, from 200; those of people begin at 1000. What it owns on the data partition is known by it, so it stays
        /// the same from version to version.
        uid: Whole<0, 59999>,
        /// Further groups. Those of `docker` and `disk` can do what root can.
        groups: Vec<Account> = Vec::new(),
        /// Public keys that open the door by SSH: lines of files such as id_ed25519.pub.
        ssh_keys: Vec<SshKey> = Vec::new(),
        /// What a log-in starts; /sbin/nologin refuses it.
        shell: Shell = Shell("/bin/sh".to_owned()),
        /// The password's hash, as `openssl passwd -6` prints it. Whoever has the image can try to guess the password.
        password_hash: Option<PasswordHash> = None,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let (name, uid) = (String::from(self.name), self.uid.0);
        let root = name == User::ROOT;
        if root != (uid == 0) || (1..FIRST).contains(&uid) {
            let message = match root {
                true => format!("root has the number 0, not {uid}"),
                false => format!("the account `{name}` cannot have the number {uid}"),
            };
            let problem = Problem::error(Place::argument(call.site, "uid"), message);
            let problem =
                if root { problem } else { problem.expected(format!("a number from {FIRST} to 59999")) };
            call.report(problem);
            return None;
        }
        let value = User {
            name,
            uid,
            groups: self.groups.into_iter().map(String::from).collect(),
            ssh_keys: self.ssh_keys.into_iter().map(String::from).collect(),
            shell: self.shell.into(),
            password_hash: self.password_hash.map(|hash| hash.0),
            origin: call.site.origin(),
        };
        Some(Part::User(Made { value, site: call.site.clone() }))
    }
}
