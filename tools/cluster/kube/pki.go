package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

type pkiSpec struct {
	Dir          string            `json:"dir"`
	ValidDays    int               `json:"validDays"`
	Certificates []certificateSpec `json:"certificates"`
}

type certificateSpec struct {
	Name         string   `json:"name"`
	CommonName   string   `json:"commonName"`
	Organization []string `json:"organization"`
	DNSNames     []string `json:"dnsNames"`
	IPs          []string `json:"ips"`
}

// runPKI makes a certificate authority, the key pair that signs service account tokens (sa.key, sa.pub) and the
// certificates that the JSON file named by its only argument asks for, each as NAME.crt and NAME.key.
func runPKI(args []string) error {
	if len(args) != 1 {
		return errors.New("usage: kube pki SPEC.json")
	}
	raw, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	var spec pkiSpec
	if err := json.Unmarshal(raw, &spec); err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	if err := os.MkdirAll(spec.Dir, 0o700); err != nil {
		return err
	}
	// A clock that is a little behind must not see a certificate of the future.
	from := time.Now().Add(-time.Hour)
	until := from.AddDate(0, 0, spec.ValidDays)
	caKey, err := writeKey(spec.Dir, "ca")
	if err != nil {
		return err
	}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "caudal-cluster-ca"}, NotBefore: from, NotAfter: until,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	if err := writeCertificate(spec.Dir, "ca", ca, ca, caKey, caKey); err != nil {
		return err
	}
	if err := writeServiceAccountKeys(spec.Dir); err != nil {
		return err
	}
	for i, wanted := range spec.Certificates {
		key, err := writeKey(spec.Dir, wanted.Name)
		if err != nil {
			return err
		}
		certificate := &x509.Certificate{
			SerialNumber: big.NewInt(int64(i) + 2), NotBefore: from, NotAfter: until, DNSNames: wanted.DNSNames,
			Subject:     pkix.Name{CommonName: wanted.CommonName, Organization: wanted.Organization},
			KeyUsage:    x509.KeyUsageDigitalSignature,
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		}
		for _, text := range wanted.IPs {
			ip := net.ParseIP(text)
			if ip == nil {
				return fmt.Errorf("certificate %s: %q is not an IP address", wanted.Name, text)
			}
			certificate.IPAddresses = append(certificate.IPAddresses, ip)
		}
		if err := writeCertificate(spec.Dir, wanted.Name, certificate, ca, key, caKey); err != nil {
			return err
		}
	}
	return nil
}

func writeServiceAccountKeys(dir string) error {
	key, err := writeKey(dir, "sa")
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return err
	}
	return writePEM(filepath.Join(dir, "sa.pub"), "PUBLIC KEY", public)
}

func writeKey(dir, name string) (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, writePEM(filepath.Join(dir, name+".key"), "EC PRIVATE KEY", der)
}

func writeCertificate(dir, name string, certificate, parent *x509.Certificate, key, parentKey *ecdsa.PrivateKey) error {
	der, err := x509.CreateCertificate(rand.Reader, certificate, parent, &key.PublicKey, parentKey)
	if err != nil {
		return fmt.Errorf("certificate %s: %w", name, err)
	}
	return writePEM(filepath.Join(dir, name+".crt"), "CERTIFICATE", der)
}

func writePEM(path, kind string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}
