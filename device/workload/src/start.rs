//! Making what runs what the root says.

use std::fs;

use yoe_workload_format::Record;

use crate::args::Places;
use crate::client::Client;
use crate::error::WorkloadError;
use crate::root::Root;
use crate::{Report, clear, data, images, lock};

/// Starts a workload. Containers that are as the root says go on; others are made anew. With `anew`, all are.
///
/// # Errors
/// When the root cannot be read, or the engine refuses.
pub fn start(
    client: &Client,
    root: &Root,
    places: &Places,
    name: &str,
    anew: bool,
    report: Report<'_>,
) -> Result<(), WorkloadError> {
    let record = root.find(name)?;
    let _own = lock::hold(&places.run, &format!("workload-{name}"))?;
    remember(places, name)?;
    clear::services(client, record)?;
    give(client, root, places, record, report)?;
    data::prepare(client, places, record, report)?;
    let up = |words: &[&str]| client.ask_compose(root, record, words);
    let first: &[&str] = if anew { &UP_ANEW } else { &UP };
    if let Err(problem) = up(first) {
        if anew || nothing_is_broken(&problem) {
            return Err(problem);
        }
        // The engine's own record of a container may be what is broken, after a loss of power.
        report(&format!("{problem}; its containers are made anew"));
        mend(client, root, places, record, report)?;
        up(&UP_ANEW)?;
    }
    let _images = lock::hold(&places.run, "workload-images")?;
    for image in images::remove_others(client, root)? {
        report(&format!("removed the image {image}, which nothing needs any more"));
    }
    Ok(())
}

/// No registry is asked: all images came with the root.
const UP: [&str; 4] = ["up", "--detach", "--pull", "never"];
const UP_ANEW: [&str; 5] = ["up", "--detach", "--pull", "never", "--force-recreate"];

/// Whether a service waited for another one in vain, or the engine itself is at a container for longer than the client waits:
/// there is nothing that would be better when it is made anew. The workload's service tries again.
fn nothing_is_broken(problem: &WorkloadError) -> bool {
    let said = [
        // nerdctl
        " depends on ",
        " is left as it is: ",
        // docker
        "dependency failed to start",
        "didn't complete successfully",
    ];
    let about = |printed: &String| said.iter().any(|words| printed.contains(words));
    matches!(problem, WorkloadError::Failed { printed, .. } if about(printed))
}

/// That it was started is on record, for a root that does not have it any more.
fn remember(places: &Places, name: &str) -> Result<(), WorkloadError> {
    let path = places.state.join(name);
    fs::create_dir_all(&places.state).map_err(WorkloadError::file("made", &places.state))?;
    fs::write(&path, "").map_err(WorkloadError::file("written", &path))
}

/// Gives the engine the images that it does not know.
fn give(
    client: &Client,
    root: &Root,
    places: &Places,
    record: &Record,
    report: Report<'_>,
) -> Result<(), WorkloadError> {
    let _images = lock::hold(&places.run, "workload-images")?;
    let known = images::known(client)?;
    for image in &record.images {
        if !known.contains(&image.name) {
            images::import(client, root, &places.content, image)?;
            report(&format!("imported the image {}", image.name));
        } else if !images::whole(&places.content, image) {
            // Links to a version that is gone lead nowhere.
            images::restore(root, &places.content, image)?;
        }
    }
    Ok(())
}

/// Gives the engine again the images of which it lost a part. Returns their names.
///
/// # Errors
/// When the engine cannot be asked, or refuses.
pub fn mend(
    client: &Client,
    root: &Root,
    places: &Places,
    record: &Record,
    report: Report<'_>,
) -> Result<Vec<String>, WorkloadError> {
    let _images = lock::hold(&places.run, "workload-images")?;
    let known = images::known(client)?;
    let mut mended = Vec::new();
    for image in &record.images {
        let there = known.contains(&image.name);
        if there && images::same(root, &places.content, image) {
            continue;
        }
        if there {
            images::restore(root, &places.content, image)?;
        } else {
            images::import(client, root, &places.content, image)?;
        }
        report(&format!("gave the image {} to the engine again", image.name));
        mended.push(image.name.clone());
    }
    Ok(mended)
}
