// Command cni-plugins is several plugins in one program: which of them it is, the name that it is started by says.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	hostlocal "github.com/containernetworking/plugins/plugins/ipam/host-local"
	"github.com/containernetworking/plugins/plugins/main/bridge"
	"github.com/containernetworking/plugins/plugins/main/loopback"
	"github.com/containernetworking/plugins/plugins/meta/firewall"
	"github.com/containernetworking/plugins/plugins/meta/portmap"
	"github.com/containernetworking/plugins/plugins/meta/tuning"
)

var plugins = map[string]func(){
	"bridge":     bridge.Main,
	"firewall":   firewall.Main,
	"host-local": hostlocal.Main,
	"loopback":   loopback.Main,
	"portmap":    portmap.Main,
	"tuning":     tuning.Main,
}

func main() {
	name := filepath.Base(os.Args[0])
	plugin, known := plugins[name]
	if !known {
		fmt.Fprintf(os.Stderr, "%s: no such plugin; it must be started by the name of one, such as /usr/libexec/cni/bridge\n", name)
		os.Exit(1)
	}
	plugin()
}
