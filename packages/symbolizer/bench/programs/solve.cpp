#include <Eigen/Dense>
#include <Eigen/Sparse>
#include <vector>

std::vector<double> solve(const std::vector<double>& prices) {
    const auto size = static_cast<Eigen::Index>(prices.size());
    Eigen::MatrixXd matrix = Eigen::MatrixXd::Random(size, size) + Eigen::MatrixXd::Identity(size, size) * 10.0;
    Eigen::VectorXd right = Eigen::Map<const Eigen::VectorXd>(prices.data(), size);
    Eigen::VectorXd dense = matrix.fullPivLu().solve(right) + matrix.householderQr().solve(right);
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> values(matrix + matrix.transpose());
    Eigen::JacobiSVD<Eigen::MatrixXd> singular(matrix, Eigen::ComputeThinU | Eigen::ComputeThinV);
    dense += values.eigenvalues() + singular.singularValues() + singular.solve(right);
    Eigen::SparseMatrix<double> sparse = matrix.sparseView();
    Eigen::SparseLU<Eigen::SparseMatrix<double>> factors(sparse);
    Eigen::SimplicialLDLT<Eigen::SparseMatrix<double>> symmetric(sparse);
    dense += factors.solve(right) + symmetric.solve(right);
    return {dense.data(), dense.data() + size};
}
