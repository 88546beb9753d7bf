// Pins KEDA and nothing else: it is built as its own main module, with the versions and checksums that it ships.
module caudal/keda

go 1.25.6

require github.com/kedacore/keda/v2 v2.19.0
