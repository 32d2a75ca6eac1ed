//! `/usr/lib/os-release` (os-release(5)): what the boot manager names and sorts an image by.

use yoe_model::Image;

/// The text: the packages' own fields, with those of the image in place of any of the same name.
pub(super) fn text(of_packages: Option<&str>, image: &Image, epoch: u64) -> String {
    let ours = [
        ("IMAGE_ID", image.name.clone()),
        ("IMAGE_VERSION", image.version.clone()),
        // Tells two builds of one version apart.
        ("BUILD_ID", epoch.to_string()),
    ];
    let pretty = format!(
        "NAME=\"yoe\"\nID=yoe\nPRETTY_NAME={}\n",
        quoted(&format!("{} {}", image.name, image.version))
    );
    let base = of_packages.unwrap_or(&pretty);
    let kept = base.lines().filter(|line| {
        let key = line.split('=').next().unwrap_or_default().trim();
        !line.trim().is_empty() && !ours.iter().any(|(our_key, _)| *our_key == key)
    });
    let added = ours.iter().map(|(key, value)| format!("{key}={}", quoted(value)));
    kept.map(str::to_owned).chain(added).map(|line| line + "\n").collect()
}

/// In double quotes, with what a shell would expand escaped.
fn quoted(value: &str) -> String {
    let mut text = String::from('"');
    for letter in value.chars() {
        if "\"\\$`".contains(letter) {
            text.push('\\');
        }
        text.push(letter);
    }
    text + "\""
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::tests::image;

    #[test]
    fn the_images_fields_win() {
        let base = "NAME=\"base\"\n\nIMAGE_ID=old\nHOME_URL=\"x\"\n";
        insta::assert_snapshot!(text(Some(base), &image(), 1_750_000_000), @r#"
        NAME="base"
        HOME_URL="x"
        IMAGE_ID="base-image"
        IMAGE_VERSION="0.1.0"
        BUILD_ID="1750000000"
        "#);
    }

    #[test]
    fn without_a_package_there_is_still_a_name() {
        insta::assert_snapshot!(text(None, &image(), 1), @r#"
        NAME="yoe"
        ID=yoe
        PRETTY_NAME="base-image 0.1.0"
        IMAGE_ID="base-image"
        IMAGE_VERSION="0.1.0"
        BUILD_ID="1"
        "#);
    }
}
