{{/*
What every pod spec begins with: no rights, no API token, no service links (<SERVER>_PORT=tcp://… would be read as a
setting), the restricted profile, and where it may run.
Takes a dict: root, component, pod (overrides), securityContext (user and group ids), grace (seconds, optional).
*/}}
{{- define "caudal.podSpec" -}}
{{- $pod := mergeOverwrite (deepCopy .root.Values.pod) (deepCopy (.pod | default dict)) -}}
serviceAccountName: {{ .serviceAccountName | default (include "caudal.componentAccount" (list .root .component)) | quote }}
automountServiceAccountToken: {{ .apiToken | default false }}
enableServiceLinks: false
terminationGracePeriodSeconds: {{ .grace | default 30 }}
{{- with .root.Values.global.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $pod.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- $security := mergeOverwrite (dict "runAsNonRoot" true "seccompProfile" (dict "type" "RuntimeDefault")) .securityContext (deepCopy ($pod.securityContext | default dict)) }}
securityContext:
  {{- range $key, $value := $security }}
  {{- if not (kindIs "invalid" $value) }}
  {{ $key }}: {{ if kindIs "float64" $value }}{{ int64 $value }}{{ else }}{{ toJson $value }}{{ end }}
  {{- end }}
  {{- end }}
{{- with $pod.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $pod.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $pod.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- $spread := list }}
{{- if $pod.spreadOverNodes }}{{ $spread = append $spread "kubernetes.io/hostname" }}{{ end }}
{{- with $pod.spreadZoneKey }}{{ $spread = append $spread . }}{{ end }}
{{- with $spread }}
topologySpreadConstraints:
  {{- range . }}
  - maxSkew: 1
    topologyKey: {{ . | quote }}
    whenUnsatisfiable: {{ ternary "DoNotSchedule" "ScheduleAnyway" $pod.spreadRequired }}
    # A node that takes no pods, as while it is drained, is none to spread over: its pod may go to another one meanwhile.
    nodeTaintsPolicy: Honor
    labelSelector:
      matchLabels: {{- include "caudal.selector" (list $.root $.component) | nindent 8 }}
  {{- end }}
{{- end }}
{{- end -}}

{{/*
Metadata of a component's pods; without the chart's version, which would restart every server with every release.
Takes a dict: root, component, pod, labels (optional), checksum (optional text).
*/}}
{{- define "caudal.podMetadata" -}}
{{- $pod := mergeOverwrite (deepCopy .root.Values.pod) (deepCopy (.pod | default dict)) -}}
labels:
  {{- $labels := include "caudal.selector" (list .root .component) | fromYaml }}
  {{- $labels = merge $labels (.labels | default dict) ($pod.labels | default dict) (.root.Values.commonLabels | default dict) }}
  {{- merge $labels (dict "app.kubernetes.io/part-of" "caudal") | toYaml | nindent 2 }}
{{- $annotations := $pod.annotations | default dict }}
{{- if .checksum }}
{{- $annotations = merge (dict "checksum/config" (sha256sum .checksum)) $annotations }}
{{- end }}
{{- with $annotations }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Security context of every container. */}}
{{- define "caudal.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{/* Image, pull policy and security context of a container. Takes a list: root, key under `images`. */}}
{{- define "caudal.container" -}}
image: {{ include "caudal.image" . }}
imagePullPolicy: {{ (index . 0).Values.images.pullPolicy }}
securityContext: {{- include "caudal.containerSecurity" . | nindent 2 }}
{{- end -}}

{{/* The volume `data` of a pod where no claim is made for it: an emptyDir, or a claim that exists. Takes `persistence`. */}}
{{- define "caudal.dataVolume" -}}
{{- if not .enabled -}}
- { name: data, emptyDir: { sizeLimit: {{ .size }} } }
{{- else if .existingClaim -}}
- { name: data, persistentVolumeClaim: { claimName: {{ .existingClaim | quote }} } }
{{- end -}}
{{- end -}}

{{/* The claims that a StatefulSet makes for its volumes `data`, if any. Takes a list: root, persistence, component. */}}
{{- define "caudal.volumeClaims" -}}
{{- $root := index . 0 -}}
{{- $persistence := index . 1 -}}
{{- if and $persistence.enabled (not $persistence.existingClaim) }}
persistentVolumeClaimRetentionPolicy: { whenDeleted: {{ $persistence.whenDeleted }}, whenScaled: Retain }
volumeClaimTemplates:
  - metadata:
      name: data
      labels: {{- include "caudal.selector" (list $root (index . 2)) | nindent 8 }}
      {{- with $persistence.annotations }}
      annotations: {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      accessModes: [ReadWriteOnce]
      {{- with ($persistence.storageClass | default $root.Values.global.storageClass) }}
      # "-" is the usual word for none: a volume that exists already.
      storageClassName: {{ ternary "" . (eq . "-") | quote }}
      {{- end }}
      resources: { requests: { storage: {{ $persistence.size }} } }
{{- end }}
{{- end -}}

{{/* An array of environment variables from a dict of names and values; a user's values win. Takes a list of dicts. */}}
{{- define "caudal.plainEnv" -}}
{{- range $name, $value := . }}
{{- if kindIs "map" $value }}
- { name: {{ $name }}, valueFrom: {{ toJson $value.valueFrom }} }
{{- else }}
- { name: {{ $name }}, value: {{ if kindIs "float64" $value }}{{ toJson $value | toJson }}{{ else }}{{ toString $value | toJson }}{{ end }} }
{{- end }}
{{- end }}
{{- end -}}

{{/* A map of lists on one line, as `{ name: [a, b] }`. */}}
{{- define "caudal.flow" -}}
{{- $entries := list -}}
{{- range $key, $values := . }}{{ $entries = append $entries (printf "%s: [%s]" $key (join ", " $values)) }}{{ end -}}
{ {{ join ", " $entries }} }
{{- end -}}
