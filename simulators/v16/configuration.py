"""The configuration keys of a charge point that speaks OCPP 1.6."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from harness.ocppj import Payload
from simulators.members import given

_READ_ONLY = {
    "AdditionalRootCertificateCheck": "false",
    "CertificateSignedMaxChainSize": "10000",
    "CertificateStoreMaxLength": "10",
    "ChargeProfileMaxStackLevel": "10",
    "ChargingScheduleAllowedChargingRateUnit": "Current,Power",
    "ChargingScheduleMaxPeriods": "24",
    "ConnectorPhaseRotationMaxLength": "3",
    "ConnectorSwitch3to1PhaseSupported": "false",
    "GetConfigurationMaxKeys": "100",
    "LocalAuthListMaxLength": "10000",
    "MaxChargingProfilesInstalled": "10",
    "MeterValuesAlignedDataMaxLength": "10",
    "MeterValuesSampledDataMaxLength": "10",
    "NumberOfConnectors": "2",
    "ReserveConnectorZeroSupported": "true",
    "SendLocalListMaxLength": "10000",
    "StopTxnAlignedDataMaxLength": "10",
    "StopTxnSampledDataMaxLength": "10",
    "SupportedFeatureProfiles": ",".join(
        ("Core", "FirmwareManagement", "LocalAuthListManagement", "Reservation", "SmartCharging", "RemoteTrigger")
    ),
    "SupportedFeatureProfilesMaxLength": "6",
    "SupportedFileTransferProtocols": "FTP,FTPS,HTTP,HTTPS,SFTP",
}
_WRITABLE = {
    "AllowOfflineTxForUnknownId": "false",
    "AuthorizationCacheEnabled": "true",
    "AuthorizeRemoteTxRequests": "true",
    "BlinkRepeat": "3",
    "ClockAlignedDataInterval": "0",
    "ConnectionTimeOut": "60",
    "ConnectorPhaseRotation": "0.Unknown,1.Unknown,2.Unknown",
    "CpoName": "plugfest",
    "HeartbeatInterval": "300",
    "LightIntensity": "50",
    "LocalAuthListEnabled": "true",
    "LocalAuthorizeOffline": "true",
    "LocalPreAuthorize": "false",
    "MaxEnergyOnInvalidId": "0",
    "MeterValueSampleInterval": "60",
    "MeterValuesAlignedData": "Energy.Active.Import.Register",
    "MeterValuesSampledData": "Energy.Active.Import.Register",
    "MinimumStatusDuration": "0",
    "ResetRetries": "1",
    "SecurityProfile": "0",
    "StopTransactionOnEVSideDisconnect": "true",
    "StopTransactionOnInvalidId": "true",
    "StopTxnAlignedData": "",
    "StopTxnSampledData": "",
    "TransactionMessageAttempts": "3",
    "TransactionMessageRetryInterval": "60",
    "UnlockConnectorOnEVSideDisconnect": "true",
    "WebSocketPingInterval": "30",
}
AUTHORIZATION_KEY = "AuthorizationKey"
"""The key that holds the password, 16 to 20 bytes in hexadecimal (security white paper A01.FR.02)."""

_KEY = re.compile("([0-9A-Fa-f]{2}){16,20}")


@dataclass(slots=True)
class Configuration:
    """The configuration keys of a charge point (OCPP 1.6 9, security white paper 5).

    The password is among them, but can only be written.
    """

    read_only: dict[str, str] = field(default_factory=lambda: dict(_READ_ONLY))
    writable: dict[str, str] = field(default_factory=lambda: dict(_WRITABLE))

    def get(self, keys: list[str]) -> Payload:
        """Return the GetConfiguration.conf for these keys, or for all when there are none (OCPP 1.6 5.8)."""
        known = {**self.read_only, **self.writable}
        named = [*known, AUTHORIZATION_KEY]
        found = [key for key in keys if key in named] if keys else sorted(named)
        return {
            "configurationKey": [
                given({"key": key, "readonly": key in self.read_only, "value": known.get(key)}) for key in found
            ],
            "unknownKey": [key for key in keys if key not in named],
        }

    def change(self, key: str, value: str) -> str:
        """Set a key and return the ChangeConfiguration.conf status (OCPP 1.6 5.3).

        The security profile stays, for a station that took another one would have to connect in another way.
        """
        if key == AUTHORIZATION_KEY:
            return "Accepted" if _KEY.fullmatch(value) else "Rejected"
        if key in self.read_only or (key == "SecurityProfile" and value != self.writable[key]):
            return "Rejected"
        if key not in self.writable:
            return "NotSupported"
        self.writable[key] = value
        return "Accepted"
