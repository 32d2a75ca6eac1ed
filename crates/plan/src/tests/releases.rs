//! A release is planned as the image that it is.

use yoe_model::Digest;

use super::keys::SIGNER;
use super::project::Sample;
use crate::{PlanError, WorkingTrees, plan};

fn keys(sample: Sample, target: &str) -> Vec<Digest> {
    let plan = plan(&sample.locked(), &WorkingTrees::new(), &[target.to_owned()], &SIGNER).unwrap();
    plan.actions.iter().map(|action| action.key).collect()
}

#[test]
fn it_has_the_keys_of_an_image_with_its_version_and_units() {
    let mut sample = Sample::new();
    sample.release("2", &["lib"], &["app"]);
    let mut image = Sample::new();
    image.image().version = "2".into();
    image.image().artifacts = vec!["lib".into()];
    assert_eq!(keys(sample, "image@2"), keys(image, "image"));
}

#[test]
fn it_stands_beside_its_image_in_a_plan() {
    let mut sample = Sample::new();
    sample.release("2", &[], &[]);
    let plan =
        plan(&sample.locked(), &WorkingTrees::new(), &["image", "image@2"].map(str::to_owned), &SIGNER)
            .unwrap();
    let labels: Vec<_> = plan.actions.iter().map(|action| action.label.as_str()).collect();
    for label in ["root image", "image image", "root image@2", "image image@2"] {
        assert_eq!(labels.iter().filter(|found| **found == label).count(), 1, "{labels:?}");
    }
    assert_ne!(plan.action(plan.targets[0].1).key, plan.action(plan.targets[1].1).key);
}

#[test]
fn a_release_that_there_is_not_is_told_with_a_near_one() {
    let mut sample = Sample::new();
    sample.release("2.0", &[], &[]);
    let error = plan(&sample.locked(), &WorkingTrees::new(), &["image@2.1".to_owned()], &SIGNER).unwrap_err();
    assert!(matches!(&error, PlanError::UnknownTarget { hint: Some(_), .. }), "{error:?}");
    assert!(error.to_string().contains("image@2.0"), "{error}");
}
