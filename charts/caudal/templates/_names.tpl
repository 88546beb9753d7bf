{{/* The prefix of every object's name. Longer names would not fit a Service: <prefix>-<lane>-consumer-ops. */}}
{{- define "caudal.fullname" -}}
{{- $name := .Values.fullnameOverride | default .Release.Name -}}
{{- if gt (len $name) 28 -}}
{{- fail (printf "the release name %q has %d characters and at most 28 fit: choose a shorter one or set fullnameOverride" $name (len $name)) -}}
{{- end -}}
{{- if not (regexMatch "^[a-z]([a-z0-9-]*[a-z0-9])?$" $name) -}}
{{- fail (printf "the release name %q cannot begin the name of a Service, which starts with a letter and has letters, digits and hyphens: choose another one or set fullnameOverride" $name) -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{/*
What a template makes of the root, rendered the first time alone: the catalogue is asked for with every object.
Takes a list: root, name of the template.
*/}}
{{- define "caudal.once" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- if not (hasKey $root $name) }}{{ $_ := set $root $name (include $name $root) }}{{ end -}}
{{- get $root $name -}}
{{- end -}}

{{/* Name of a component's objects. Takes a list: root, component. */}}
{{- define "caudal.name" -}}
{{- printf "%s-%s" (include "caudal.fullname" (index . 0)) (index . 1) -}}
{{- end -}}

{{/* The namespace of every object. */}}
{{- define "caudal.namespace" -}}
{{- .Values.namespaceOverride | default .Release.Namespace -}}
{{- end -}}

{{/* DNS name of a Service of this release. Takes a list: root, name of the Service. */}}
{{- define "caudal.dnsName" -}}
{{- $root := index . 0 -}}
{{- printf "%s.%s.svc.%s" (index . 1) (include "caudal.namespace" $root) $root.Values.clusterDomain -}}
{{- end -}}

{{/* Labels by which a component's pods are selected; they never change. Takes a list: root, component. */}}
{{- define "caudal.selector" -}}
app.kubernetes.io/name: caudal
app.kubernetes.io/instance: {{ (index . 0).Release.Name | quote }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/*
Labels of a component's objects. Of its own, `commonLabels` may change `part-of` alone: selectors, Helm and the chart's
users look for the others. Takes a list: root, component, more labels (optional; they may change `part-of` as well).
*/}}
{{- define "caudal.labels" -}}
{{- $root := index . 0 -}}
{{- $own := include "caudal.selector" . | fromYaml -}}
{{- $_ := set $own "app.kubernetes.io/version" $root.Chart.AppVersion -}}
{{- $_ := set $own "app.kubernetes.io/managed-by" $root.Release.Service -}}
{{- $_ := set $own "helm.sh/chart" (printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_") -}}
{{- $more := dict -}}
{{- if gt (len .) 2 }}{{ $more = index . 2 }}{{ end -}}
{{- merge $own $more ($root.Values.commonLabels | default dict) (dict "app.kubernetes.io/part-of" "caudal") | toYaml -}}
{{- end -}}

{{/* Name of the pods' service account. */}}
{{- define "caudal.serviceAccountName" -}}
{{- if .Values.serviceAccount.name -}}
{{- .Values.serviceAccount.name -}}
{{- else if .Values.serviceAccount.create -}}
{{- include "caudal.fullname" . -}}
{{- else -}}
default
{{- end -}}
{{- end -}}

{{/* Name of a component's service account: its own, or the one of all pods. Takes a list: root, component. */}}
{{- define "caudal.componentAccount" -}}
{{- $root := index . 0 -}}
{{- $account := (include "caudal.podOverrides" . | fromYaml).serviceAccount -}}
{{- if $account.name -}}
{{- $account.name -}}
{{- else if $account.create -}}
{{- include "caudal.name" . -}}
{{- else -}}
{{- include "caudal.serviceAccountName" $root -}}
{{- end -}}
{{- end -}}

{{/* Reference of an image. Takes a list: root, key under `images`. */}}
{{- define "caudal.image" -}}
{{- $root := index . 0 -}}
{{- $image := index $root.Values.images (index . 1) -}}
{{- if not $image.repository -}}
{{- fail (printf "images.%s.repository is empty, and Caudal's image is not published: build it (docker build -t REGISTRY/caudal:%s .), push it or load it into the nodes, and set images.%s.registry=REGISTRY and images.%s.repository=caudal; `npm run cluster` and skaffold do all of that" (index . 1) $root.Chart.AppVersion (index . 1) (index . 1)) -}}
{{- end -}}
{{- $registry := $root.Values.global.imageRegistry | default $image.registry -}}
{{- $repository := ternary (printf "%s/%s" $registry $image.repository) $image.repository (ne $registry "") -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository ($image.tag | default $root.Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{/* A component's Secret: the existing one or the one this chart makes. Takes a list: root, component, existingSecret. */}}
{{- define "caudal.secretName" -}}
{{- index . 2 | default (printf "%s-auth" (include "caudal.name" (list (index . 0) (index . 1)))) -}}
{{- end -}}

{{/*
Where an external server's password of a service is, as YAML: secret and key, or nothing. Takes a list: root, the block
with `existingSecret` and `passwords`, app.
*/}}
{{- define "caudal.externalPassword" -}}
{{- $block := index . 1 -}}
{{- $app := index . 2 -}}
{{- $own := index ($block.passwords | default dict) $app | default dict -}}
{{- with $own.secret | default $block.existingSecret -}}
secret: {{ . | quote }}
key: {{ $own.key | default (printf "%s-password" $app) | quote }}
{{- end -}}
{{- end -}}

{{/*
A Secret with passwords that are made once: what the cluster has is kept. Without a cluster (`helm template`) they are
new each time, which is why pipelines that render without one should use `existingSecret`.
Takes a dict: root, component, keys, keep (optional: true where it must outlive the release).
*/}}
{{- define "caudal.generatedSecret" -}}
{{- $name := include "caudal.secretName" (list .root .component "") -}}
{{- $existing := (lookup "v1" "Secret" (include "caudal.namespace" .root) $name).data | default dict -}}
apiVersion: v1
kind: Secret
metadata:
  name: {{ $name }}
  labels: {{- include "caudal.labels" (list .root .component) | nindent 4 }}
  {{- if .keep }}
  annotations: { helm.sh/resource-policy: keep }
  {{- end }}
type: Opaque
data:
  {{- range .keys }}
  {{ . }}: {{ if hasKey $existing . }}{{ index $existing . }}{{ else if eq . "cluster-id" }}{{ printf "%sQ" (randAlphaNum 21) | b64enc }}{{ else }}{{ randAlphaNum 32 | b64enc }}{{ end }}
  {{- end }}
{{- end -}}

{{/* An environment variable from a Secret. Takes a dict: name, secret, key. */}}
{{- define "caudal.secretEnv" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef: { name: {{ .secret | quote }}, key: {{ .key | quote }} }
{{- end -}}
