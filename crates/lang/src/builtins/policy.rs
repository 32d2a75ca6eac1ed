//! `policy`.

use std::collections::BTreeMap;

use yoe_model::PolicyDefault;

use crate::arguments::oci::PolicyScope;
use crate::arguments::paths::OwnPath;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Made, Part, PolicyDraft};
use crate::problem::{Place, Problem};
use crate::session::FileKind;

arguments! {
    /// Which images of containers a device may run, by who signed them. The engine holds every image against it when it is pulled and
    /// whenever a container of it is made or started, and says what it refuses, and why. The images of the device's own workloads always run: what they
    /// are is in its verified root.
    ///
    /// A signature is one of cosign's, which lies next to the image in its registry.
    "policy" => pub(crate) struct Arguments {
        /// Who must have signed what: from a repository such as `"docker.io/library/redis"`, or from all repositories below a path, such as
        /// `"registry.example.com/team/"`, to files with public keys, of which one must have signed. Where several rules fit, the
        /// longest one counts. The files lie in the directory next to the image's `.star` file that has its name; each holds a
        /// key in PEM, ECDSA of the curve P-256 or Ed25519.
        rules: BTreeMap<PolicyScope, Vec<OwnPath>>,
        /// What becomes of images that no rule is for: with `"refuse"`, they do not run; with `"accept"`, they run, signed or not.
        default: PolicyDefault = PolicyDefault::Refuse,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let mut right = true;
        let mut report = |place, message: String, hint: &str| {
            call.report(Problem::error(place, message).hint(hint));
            right = false;
        };
        if self.rules.is_empty() && self.default == PolicyDefault::Accept {
            let hint = "write a rule, or leave the policy out; with `default = \"refuse\"` nothing runs but what comes with the device";
            report(Place::argument(call.site, "rules"), "this policy refuses nothing".to_owned(), hint);
        }
        for (scope, _) in self.rules.iter().filter(|(_, keys)| keys.is_empty()) {
            let message = format!("the rule for `{}` names no key", scope.0);
            let hint =
                "name the files with the public keys of which one must have signed, such as `[\"team.pub\"]`";
            report(Place::text(call.site, "rules", &scope.0), message, hint);
        }
        let rules = self.rules.into_iter().map(|(scope, keys)| {
            let keys = keys.into_iter().map(String::from).collect();
            (String::from(scope), keys)
        });
        let value = PolicyDraft { rules: rules.collect(), default: self.default };
        right.then(|| Part::Policy(Made { value, site: call.site.clone() }))
    }
}
