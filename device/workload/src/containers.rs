//! Containers, as the engine's client says they are.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use yoe_workload_format::LABEL;

use crate::client::{Client, PROJECT};
use crate::error::WorkloadError;

/// A container, as the engine's client says it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// Its ID.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// The service of its workload.
    pub service: String,
    /// What the engine calls its image.
    pub image: String,
    /// The digest of the files that it was made with.
    pub files: String,
    /// `running`, `exited`, …
    pub status: String,
    /// `starting`, `healthy`, `unhealthy`, or nothing.
    pub health: String,
    /// How it ended last.
    pub exit_code: i64,
    /// How often it was started again.
    pub restarts: u64,
}

/// The containers of a workload, whoever made them.
///
/// # Errors
/// When the engine cannot be asked.
pub fn containers(client: &Client, name: &str) -> Result<Vec<Container>, WorkloadError> {
    let label = format!("label={PROJECT}={name}");
    let ids = client.ask(&["ps", "--all", "--quiet", "--no-trunc", "--filter", &label])?;
    let mut arguments = vec!["container", "inspect"];
    arguments.extend(ids.lines().filter(|line| !line.is_empty()));
    if arguments.len() == 2 {
        return Ok(Vec::new());
    }
    let answer = client.ask(&arguments)?;
    let all: Vec<Value> = serde_json::from_str(&answer).map_err(WorkloadError::Answer)?;
    Ok(all.iter().map(container).collect())
}

fn container(of: &Value) -> Container {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let labels = &of["Config"]["Labels"];
    Container {
        id: text(&of["Id"]),
        name: text(&of["Name"]).trim_start_matches('/').to_owned(),
        service: text(&labels["com.docker.compose.service"]),
        image: text(&of["Config"]["Image"]),
        files: text(&labels[LABEL]),
        status: text(&of["State"]["Status"]),
        health: text(&of["State"]["Health"]["Status"]),
        exit_code: of["State"]["ExitCode"].as_i64().unwrap_or_default(),
        restarts: of["RestartCount"].as_u64().unwrap_or_default(),
    }
}
