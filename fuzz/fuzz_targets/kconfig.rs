//! The Kconfig files of a kernel. A NUL ends the first file and begins the second, which is `Kconfig.more`.

#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use yoe_kernel::Config;
use yoe_kernel::kconfig::{Environment, Values, parse};

fuzz_target!(init: yoe_fuzz::seeds(seeds), |data: &[u8]| {
    let text = String::from_utf8_lossy(data).into_owned();
    let (first, second) = text.split_once('\0').unwrap_or((&text, ""));
    let files = BTreeMap::from([
        ("Kconfig".to_owned(), first.to_owned()),
        ("Kconfig.more".to_owned(), second.to_owned()),
    ]);
    let Ok(tree) = parse(&files, "Kconfig", &Environment::kernel("x86_64")) else { return };
    let config = Config::parse(b"CONFIG_A=y\nCONFIG_MODULES=y\n").expect("it is a configuration");
    let values = Values { tree: &tree, config: &config };
    for (name, symbol) in tree.symbols() {
        let _ = values.level(name);
        let conditions = symbol.definitions.iter().flat_map(|definition| &definition.depends);
        conditions.for_each(|condition| {
            let _ = values.reach(&condition.expr);
        });
    }
});

fn seeds() -> Vec<Vec<u8>> {
    let first = "mainmenu \"Toy/$(ARCH) Configuration\"\ncomma := ,\nhave = $(success,cc $(1))\n\
                 $(error-if,$(failure,command -v cc),no compiler)\nconfig MODULES\n\tbool \"Loadable\"\n\tmodules\n\
                 menu \"Links\"\n\tdepends on NET && \\\n\t\t!TINY\n\tvisible if EXPERT\nconfig VETH\n\ttristate \"Pairs\" if NET\n\
                 \tdepends on (A || B) && C != \"x$(comma)y\"\n\tselect MII if A\n\timply PTP\n\tdefault m\n\trange 1 0x10 if A\n\
                 \thelp\n\t  Text.\n\nendmenu # Links\nif NET\nchoice\n\tprompt \"One of\"\n\tdefault ONE\nconfig ONE\n\tbool \"One\"\n\
                 endchoice\nendif\nsource \"Kconfig.more\"\nosource \"nothing\"\n\0config A\n\tdef_bool y\nconfig B\n\tint\n\tdefault 3\n";
    vec![first.into()]
}
