//! The bill of materials of what runs.

use std::fs;

use crate::fixture::{Built, Device};
use crate::hostile::Hostile;
use crate::shop::{Offer, Shop, bundle};

const BILL: &str = "{\"bomFormat\": \"CycloneDX\"}\n";

/// A device that runs version 1.0, and a repository with it and with a newer version, each with its bill.
fn setting() -> (Device, Shop) {
    let running = Built::version("1.0");
    let device = Device::new(&running);
    let mut shop = Shop::new();
    shop.trusted_by(&device);
    shop.publish(&device.path("server"), &running, &Offer { bill: Some(BILL), ..Offer::default() });
    let newer = Offer { bill: Some("{\"of\": \"1.1\"}"), ..Offer::default() };
    shop.publish(&device.path("server"), &Built::version("1.1"), &newer);
    (device, shop)
}

fn server(device: &Device) -> String {
    device.path("server").display().to_string()
}

#[test]
fn the_bill_of_what_runs_comes_from_where_it_is_published_and_nothing_is_changed() {
    let (device, _) = setting();
    let before = device.digest();
    let printed = device.updater(&["sbom", &server(&device)]);
    assert_eq!((printed.status.code(), String::from_utf8(printed.stdout).unwrap().as_str()), (Some(0), BILL));
    let web = Hostile::start(&device.path("server"), Vec::new());
    assert_eq!(device.json(&["sbom", &web.url], 0)["bomFormat"], "CycloneDX");
    bundle(&device.path("server"), &device.path("box.bundle"));
    assert_eq!(
        device.json(&["sbom", &device.path("box.bundle").display().to_string()], 0)["bomFormat"],
        "CycloneDX"
    );
    assert_eq!(device.digest(), before);
}

/// The path of the bill of version 1.0 in the repository.
fn published(device: &Device) -> std::path::PathBuf {
    let files = fs::read_dir(device.path("server/targets/box/qemu-x86_64/1.0")).unwrap();
    let mut paths = files.map(|file| file.unwrap().path());
    paths.find(|path| path.to_str().unwrap().ends_with(yoe_bundle::BILL)).unwrap()
}

#[test]
fn a_bill_that_nobody_signed_is_refused() {
    let (device, _) = setting();
    fs::write(published(&device), BILL.replace("CycloneDX", "CycloneDy")).unwrap();
    assert_eq!(device.json(&["sbom", &server(&device)], 16)["kind"], "damaged");
    fs::remove_file(published(&device)).unwrap();
    assert_eq!(device.json(&["sbom", &server(&device)], 18)["kind"], "missing");
}

#[test]
fn a_version_without_a_bill_and_a_version_that_is_another_root_say_so() {
    let running = Built::version("1.0");
    let device = Device::new(&running);
    let mut shop = Shop::new();
    shop.trusted_by(&device);
    shop.publish(&device.path("server"), &running, &Offer::default());
    let missing = device.json(&["sbom", &server(&device)], 18);
    assert!(missing["message"].as_str().unwrap().contains("1.0/sbom.cdx.json"), "{missing}");
    let (device, mut shop) = setting();
    let other = Built::new("1.0", crate::fixture::noise(1 << 20, 7), b"kernel");
    shop.publish(&device.path("server"), &other, &Offer { bill: Some(BILL), ..Offer::default() });
    assert_eq!(device.json(&["sbom", &server(&device)], 28)["kind"], "other-root");
}

#[test]
fn a_repository_of_others_is_not_believed() {
    let (device, _) = setting();
    Shop::new().trusted_by(&device);
    assert_eq!(device.json(&["sbom", &server(&device)], 13)["kind"], "signature");
}
