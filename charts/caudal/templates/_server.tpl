{{/*
What every server has: two Services, a Secret, a StatefulSet. Its own templates add what is particular.
*/}}

{{/*
A Service of a server: the one that clients use, or with `nodes` the headless one that names each pod.
Takes a dict: root, server (of the catalogue), nodes (optional); selector (optional): labels of the pods that answer, where these are
not the server's own; annotations (optional).
*/}}
{{- define "caudal.serverService" -}}
{{- $server := .server -}}
{{- $ports := ternary $server.nodes $server.service (.nodes | default false) -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "caudal.name" (list .root $server.name) }}{{ if .nodes }}-nodes{{ end }}
  labels:
    {{- include "caudal.labels" (list .root $server.name) | nindent 4 }}
    {{- if and $server.metrics (has $server.metrics.port $ports) }}
    caudal/metrics: "true"
    {{- end }}
  {{- with .annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- if .nodes }}
  clusterIP: None
  publishNotReadyAddresses: true
  {{- end }}
  selector: {{- .selector | default (include "caudal.selector" (list .root $server.name)) | nindent 4 }}
  ports:
    {{- range $ports }}
    - { name: {{ . }}, port: {{ index $server.ports . }}, targetPort: {{ . }} }
    {{- end }}
{{- end -}}

{{/* Name of the Secret that a server's pods read. Takes a list: root, server. */}}
{{- define "caudal.serverSecret" -}}
{{- $name := (index . 1).name -}}
{{- include "caudal.secretName" (list (index . 0) $name (index (index . 0).Values $name).auth.existingSecret) -}}
{{- end -}}

{{/* The Secret of a server, after other objects, unless it has one already. Takes a dict: root, server. */}}
{{- define "caudal.newServerSecret" -}}
{{- if not (index .root.Values .server.name).auth.existingSecret }}
---
{{ include "caudal.generatedSecret" (dict "root" .root "component" .server.name "keys" .server.secret "keep" .server.keepsSecret) }}
{{- end }}
{{- end -}}

{{/*
Keys of a server's Secret as environment variables: `admin-password` is ADMIN_PASSWORD. Takes a dict: root, server, keys
(optional; all by default).
*/}}
{{- define "caudal.serverSecretEnv" -}}
{{- $secret := include "caudal.serverSecret" (list .root .server) -}}
{{- range .keys | default .server.secret }}
{{ include "caudal.secretEnv" (dict "name" (. | upper | replace "-" "_") "secret" $secret "key" .) }}
{{- end }}
{{- end -}}

{{/* "true" where the volumes of a server outlive the release, and its Secret is the chart's. Takes the server's values. */}}
{{- define "caudal.keepsSecret" -}}
{{- if and .enabled .persistence.enabled (or .persistence.existingClaim (eq .persistence.whenDeleted "Retain")) (not .auth.existingSecret) }}true{{ end }}
{{- end -}}

{{/* Files of the chart as entries of a ConfigMap, by their names without folders. Takes a list: root, paths. */}}
{{- define "caudal.fileEntries" -}}
{{- $root := index . 0 -}}
{{- range index . 1 }}
{{ base . }}: |
  {{- $root.Files.Get (printf "files/%s" .) | trim | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The text of files of the chart, for a checksum. Takes a list: root, paths. */}}
{{- define "caudal.fileTexts" -}}
{{- $root := index . 0 -}}
{{- range index . 1 }}{{ $root.Files.Get (printf "files/%s" .) }}{{ end -}}
{{- end -}}

{{/* Seconds that a server's pod may take to end. Takes a list: seconds that it waits for others, whether there are others. */}}
{{- define "caudal.brokerGrace" -}}
{{- add 60 (ternary (index . 0) 0 (index . 1)) -}}
{{- end -}}

{{/*
Probes of a server whose own tools would start a virtual machine with each call: ports alone. Takes a list: port that
clients use, port that shows it alive.
*/}}
{{- define "caudal.portProbes" -}}
startupProbe:
  tcpSocket: { port: {{ index . 0 }} }
  periodSeconds: 2
  failureThreshold: 150
livenessProbe:
  tcpSocket: { port: {{ index . 1 }} }
  periodSeconds: 15
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  tcpSocket: { port: {{ index . 0 }} }
  periodSeconds: 3
{{- end -}}

{{/*
Probe of a pod that prepares a server: ready when the file is there, within an hour. It stays prepared, and a probe of readiness would
start a process each time. Takes the file's path.
*/}}
{{- define "caudal.preparedProbe" -}}
startupProbe:
  exec: { command: [test, -f, {{ . }}] }
  periodSeconds: 2
  timeoutSeconds: 5
  failureThreshold: 1800
{{- end -}}

{{/*
The StatefulSet of a server. Takes a dict: root, server (of the catalogue), checksum (text whose change restarts it), user
(ID), and as text: start (command and variables of the container), probes, mounts, volumes; optional: grace (seconds),
apiToken, serviceAccountName, sidecars (containers), settings (values, where they are not under the server's name), image (its key
under `images`), replicas.
*/}}
{{- define "caudal.statefulSet" -}}
{{- $root := .root -}}
{{- $server := .server -}}
{{- $settings := .settings | default (index $root.Values $server.name) -}}
{{- $name := include "caudal.name" (list $root $server.name) -}}
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ $name }}
  labels: {{- include "caudal.labels" (list $root $server.name) | nindent 4 }}
spec:
  serviceName: {{ $name }}-nodes
  replicas: {{ if hasKey . "replicas" }}{{ .replicas }}{{ else }}{{ $settings.replicas | default 1 }}{{ end }}
  {{- if $server.isClustered }}
  # Together: a cluster that was stopped as a whole starts only when most of it is back.
  podManagementPolicy: Parallel
  {{- else if $server.isIndependent }}
  # None waits for another.
  podManagementPolicy: Parallel
  {{- end }}
  selector:
    matchLabels: {{- include "caudal.selector" (list $root $server.name) | nindent 6 }}
  template:
    metadata:
      {{- include "caudal.podMetadata" (dict "root" $root "component" $server.name "pod" $settings.pod "checksum" .checksum) | nindent 6 }}
    spec:
      {{- $user := dict "runAsUser" .user "runAsGroup" .user "fsGroup" .user "fsGroupChangePolicy" "OnRootMismatch" }}
      {{- include "caudal.podSpec" (dict "root" $root "component" $server.name "pod" $settings.pod "grace" .grace "apiToken" .apiToken "serviceAccountName" .serviceAccountName "securityContext" $user) | nindent 6 }}
      containers:
        - name: {{ $server.name }}
          {{- include "caudal.container" (list $root (.image | default $server.name)) | nindent 10 }}
          {{- .start | trim | nindent 10 }}
          ports:
            {{- range $server.listens }}
            - { name: {{ . }}, containerPort: {{ index $server.ports . }} }
            {{- end }}
          {{- .probes | trim | nindent 10 }}
          resources: {{- toYaml $settings.resources | nindent 12 }}
          volumeMounts:
            - { name: data, mountPath: {{ .data }} }
            {{- .mounts | trim | nindent 12 }}
        {{- with .sidecars }}
        {{- . | trim | nindent 8 }}
        {{- end }}
      volumes:
        {{- .volumes | trim | nindent 8 }}
        {{- with include "caudal.dataVolume" $settings.persistence }}
        {{- . | nindent 8 }}
        {{- end }}
  {{- include "caudal.volumeClaims" (list $root $settings.persistence $server.name) | indent 2 }}
{{- end -}}
