//! Where a project has the file of a class.

use yoe_adopt::Class;
use yoe_model::ModuleSource;

use crate::error::CommandError;
use crate::project::{OpenProject, modules};

/// What `load` takes for the file of a class: the project's own before that of a module.
pub fn label(opened: &OpenProject, class: Class) -> Result<String, CommandError> {
    let file = format!("classes/{}.star", class.file());
    if opened.root.join(&file).is_file() {
        return Ok(format!("//{file}"));
    }
    let named = modules::named(&opened.root)?;
    for module in &named {
        let directory = match &module.source {
            ModuleSource::Path(path) => opened.root.join(path),
            source => match opened.modules.directories.get(&module.name) {
                Some(tree) => tree.join(source.directory()),
                None => continue,
            },
        };
        if directory.join(&file).is_file() {
            return Ok(format!("@{}//{file}", module.name));
        }
    }
    let names: Vec<&str> = named.iter().map(|module| module.name.as_str()).collect();
    let searched = if names.is_empty() {
        "it names no module".to_owned()
    } else {
        format!("not in {}", names.join(", "))
    };
    Err(CommandError::user(format!("the project has no {file}: {searched}"))
        .hint("name the module units-core in `modules` of PROJECT.star, as `yoe init` does"))
}
