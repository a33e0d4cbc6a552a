// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QDateTime>
#include <utility>
#include <vector>

namespace howdah::addresses {

/// What AWS knows somebody by. Secret, all but the id: never shown, logged or journaled.
struct AwsKey {
    QByteArray id;
    QByteArray secret;
    QByteArray sessionToken; ///< of temporary keys; empty otherwise
};

/// A request as it goes over the wire.
struct AwsRequest {
    QByteArray method;
    QByteArray path;  ///< "/…"
    QByteArray query; ///< what stands behind "?"; may be empty
    std::vector<std::pair<QByteArray, QByteArray>> headers;
    QByteArray body;
};

/// By whom, for which service, and when.
struct AwsSigning {
    AwsKey key;
    QByteArray region;
    QByteArray service;
    QDateTime at;
    bool normalizesPath = true; ///< "." and ".." and doubled slashes in the path are resolved; S3 alone wants them
    bool sendsBodyHash = false; ///< as x-amz-content-sha256
    bool signsToken = true;     ///< some services want the session's token outside of what is signed
};

/// Signature Version 4 of AWS in its two forms: headers to be sent beside the request's own, Authorization last; and
/// the query of a request that carries its signature itself and is good for so many seconds. Pure, thread-safe.
/// Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
std::vector<std::pair<QByteArray, QByteArray>> awsHeaders(const AwsRequest &request, const AwsSigning &signing);
QByteArray awsQuery(const AwsRequest &request, const AwsSigning &signing, int expiresS);

/// What is hashed and signed, for those who compare it with somebody else's. signedQuery: of the second form.
QByteArray awsCanonicalRequest(const AwsRequest &request, const AwsSigning &signing, bool signedQuery, int expiresS);
QByteArray awsStringToSign(const QByteArray &canonicalRequest, const AwsSigning &signing);
QByteArray awsSignature(const QByteArray &stringToSign, const AwsSigning &signing);

} // namespace howdah::addresses
